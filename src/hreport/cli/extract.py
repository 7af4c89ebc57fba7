"""`hreport extract`: every figure, one row each."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import NoReturn

from hreport.cli import options
from hreport.cli.console import misuse
from hreport.cli.options import STORE
from hreport.cli.run import Run
from hreport.guards import TIME_LIMIT
from hreport.messages import Message, reason_of
from hreport.record import EXTRACT

PARQUET = "parquet"


def extract(
    paths: options.Paths,
    output: options.AnyOutput = None,
    form: options.Format = None,
    jobs: options.Jobs = None,
    cluster: options.Cluster = None,
    catalog: options.Catalog = None,
    userdict: options.Userdict = None,
    manifest: options.ManifestFile = None,
    corrections: options.CorrectionsFile = None,
    issues_file: options.Issues = None,
    headers: options.Headers = None,
    min_confidence: options.MinConfidence = 0.0,
    password: options.Password = None,
    timeout: options.Timeout = TIME_LIMIT,
    save_text: options.SaveText = None,
    prune: options.Prune = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    lang: options.Lang = None,
) -> None:
    """Every figure of the reports, one row each, with the sentence it stands in."""
    given = locals()
    if cluster is not None:
        others = {"-j": jobs, "--save-text": save_text, "--prune": prune, "--headers": headers}
        _check(output, form, [option for option, value in others.items() if value], paths)
        _spread(Run.of({**given, "output": None, "form": PARQUET, "is_set": True}), cluster, output or "")
    run = Run.of({**given, "output": options.output_file(Path(output) if output is not None else None)})
    if run.form == STORE:
        run.keep()
    else:
        run.write(run.rows("observations"), EXTRACT)
    run.advise()
    run.end()


def _check(output: str | None, form: str | None, others: list[str], paths: list[str]) -> None:
    """Refuse what makes no sense with a cluster."""
    if output in (None, "", "-"):
        misuse(Message("--cluster writes a data set: give -o FOLDER, or an address such as s3://BUCKET/FOLDER"))
    if form not in (None, PARQUET):
        misuse(Message("--cluster writes Parquet: leave -f {format} out", format=form))
    if others:
        misuse(Message("--cluster: {option} is for one machine: leave it out", option=others[0]))
    if "-" in paths:
        misuse(Message("--cluster reads files: standard input is read on one machine"))


def _spread(run: Run, cluster: str, directory: str) -> NoReturn:
    """Have a cluster make a data set, and say what came of it."""
    from hreport import cluster as clusters
    from hreport.dataset import SetError
    from hreport.remote import RemoteError

    try:
        plan = clusters.plan(
            run.paths,
            directory,
            run.work("observations"),
            least=run.min_confidence,
            every=run.verbose or run.issues_file is not None,
            exclude=[*run.own_files, *run.handwritten],
        )
        if not plan.files:
            for issue in plan.issues:
                run.note(issue)
            run.remark(Message("{output}: not written, since there is nothing to read", output=directory))
            run.end()
        with run.saying(plan.files) as say:
            note = partial(run.note, say=say)
            for issue in plan.issues:
                note(issue)
            for done in clusters.run(plan, cluster):
                run.read += done.read
                run.unchanged += done.part.read - done.read
                run.documents.update(done.documents)
                for issue in done.issues:
                    note(issue)
                for _ in range(done.files):
                    say("")
            for issue in plan.job.work.unmet(run.documents):
                note(issue)
    except (clusters.ClusterError, SetError) as error:
        misuse(reason_of(error))
    except RemoteError as error:
        misuse(reason_of(error))
    run.advise()
    run.end()
