"""`hreport extract`: every figure, one row each."""

from __future__ import annotations

from hreport.cli import options
from hreport.cli.options import STORE
from hreport.cli.run import Run
from hreport.guards import TIME_LIMIT
from hreport.record import EXTRACT


def extract(
    paths: options.Paths,
    output: options.Output = None,
    form: options.Format = None,
    jobs: options.Jobs = None,
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
    run = Run.of(locals())
    if run.form == STORE:
        run.keep()
    else:
        run.write(run.rows("observations"), EXTRACT)
    run.advise()
    run.end()
