"""`hreport extract`: every figure, one row each."""

from __future__ import annotations

from hreport.cli import options
from hreport.cli.run import Run
from hreport.record import EXTRACT


def extract(
    paths: options.Paths,
    output: options.Output = None,
    form: options.Format = None,
    jobs: options.Jobs = None,
    catalog: options.Catalog = None,
    userdict: options.Userdict = None,
    manifest: options.ManifestFile = None,
    issues: options.Issues = None,
    headers: options.Headers = "en",
    min_confidence: options.MinConfidence = 0.0,
    password: options.Password = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Every figure of the reports, one row each, with the sentence it stands in."""
    run = Run(
        paths, output, form, jobs, catalog, userdict, manifest, issues, headers, min_confidence, password, quiet,
        verbose,
    )  # fmt: skip
    run.write(run.rows("observations"), EXTRACT)
    run.end()
