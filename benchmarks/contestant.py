"""One contestant in a process of its own, which needs nothing but the standard library and what is contested.

    PYTHON benchmarks/contestant.py NAME JOB.json

JOB holds `items`, each with a `path` and, for texts, its `text`; `warm`, items that are done once before the clock
starts, so that all dictionaries and data are loaded; and `least`, the seconds for which to go on where one pass over
the items is too short to be measured. Printed, as JSON: seconds of a pass (`wall`, `cpu`), `load`, the seconds until
the first item was done, `memory`, the most megabytes that the process held, and `version`, the library with its own; or
`missing`, the library that is not there.

A contestant is a line of `CONTESTANTS`: its library, and a function that takes items and gives what is measured.
"""

from __future__ import annotations

import importlib.metadata
import io
import json
import logging
import sys
import time
from pathlib import Path

# --- texts -----------------------------------------------------------------------------------------------------------


def each_text(work, items):
    """`work` on every text; what comes of it is dropped."""

    def go():
        for item in items:
            work(item["text"])

    return go


def jieba_lcut(items):
    """Words: what every way to read Chinese begins with."""
    import jieba

    jieba.setLogLevel(logging.WARNING)
    return each_text(jieba.lcut, items)


def jieba_posseg(items):
    """Words with their parts of speech."""
    import jieba
    import jieba.posseg

    jieba.setLogLevel(logging.WARNING)
    return each_text(jieba.posseg.lcut, items)


def rjieba_cut(items):
    """jieba in Rust."""
    import rjieba

    return each_text(rjieba.cut, items)


def jionlp_ner(items):
    """Amounts of money, and dates and times: what it knows of figures."""
    import jionlp

    def both(text):
        jionlp.ner.extract_money(text)
        jionlp.ner.extract_time(text)

    return each_text(both, items)


def recognizers(items):
    """Numbers, numbers with units, dates and times."""
    import recognizers_suite as suite

    models = (
        suite.recognize_number, suite.recognize_percentage, suite.recognize_currency, suite.recognize_dimension,
        suite.recognize_temperature, suite.recognize_age, suite.recognize_datetime,
    )  # fmt: skip

    def every(text):
        for recognise in models:
            recognise(text, suite.Culture.Chinese)

    return each_text(every, items)


def hreport_rows(items):
    """Everything that `hreport extract` does with a file, in this process: bytes to rows."""
    from hreport.pipeline import Work, run
    from hreport.sources import find

    sources = find([item["path"] for item in items]).sources
    return lambda: sum(len(outcome.rows) for outcome in run(sources, Work(), here=True))


def hreport_without_rjieba(items):
    """The same where rjieba is not installed."""
    sys.modules["rjieba"] = None
    return hreport_rows(items)


# --- files -----------------------------------------------------------------------------------------------------------


def each_file(work, items):
    """`work` on the bytes of every file, which are in memory."""
    files = [(item["path"], Path(item["path"]).read_bytes()) for item in items]

    def go():
        for path, data in files:
            work(data, path)

    return go


def hreport_document(items):
    """Text, paragraphs, headings, tables, furniture."""
    from hreport.readers import read_bytes

    return each_file(read_bytes, items)


def pdfium_text(items):
    """The bare text of each page."""
    import pypdfium2

    def text(data, path):
        pdf = pypdfium2.PdfDocument(data)
        for page in pdf:
            text_page = page.get_textpage()
            text_page.get_text_range()
            text_page.close()
            page.close()
        pdf.close()

    return each_file(text, items)


def plumber(items, tables):
    """pdfplumber over each page."""
    import pdfplumber

    logging.getLogger("pdfminer").setLevel(logging.ERROR)

    def text(data, path):
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            for page in pdf.pages:
                page.extract_text()
                if tables:
                    page.extract_tables()
                page.close()

    return each_file(text, items)


def docx_paragraphs(items):
    """The paragraphs, tables left out."""
    import docx

    def text(data, path):
        for paragraph in docx.Document(io.BytesIO(data)).paragraphs:
            paragraph.text  # noqa: B018 - it is put together when it is asked for

    return each_file(text, items)


def docx_cells(items):
    """The paragraphs and the text of each cell, which hreport reads too."""
    import docx
    from docx.table import Table

    def text(data, path):
        for part in docx.Document(io.BytesIO(data)).iter_inner_content():
            [cell.text for row in part.rows for cell in row.cells] if isinstance(part, Table) else part.text

    return each_file(text, items)


CONTESTANTS = {
    "jieba.lcut": ("jieba", jieba_lcut),
    "jieba.posseg.lcut": ("jieba", jieba_posseg),
    "rjieba.cut": ("rjieba", rjieba_cut),
    "JioNLP": ("jionlp", jionlp_ner),
    "recognizers-text": ("recognizers-text-suite", recognizers),
    "hreport": ("", hreport_rows),
    "hreport without rjieba": ("", hreport_without_rjieba),
    "hreport reader": ("", hreport_document),
    "pypdfium2 text": ("pypdfium2", pdfium_text),
    "pdfplumber text": ("pdfplumber", lambda items: plumber(items, False)),
    "pdfplumber text and tables": ("pdfplumber", lambda items: plumber(items, True)),
    "python-docx paragraphs": ("python-docx", docx_paragraphs),
    "python-docx paragraphs and cells": ("python-docx", docx_cells),
}


def most_memory():
    """Megabytes at the highest; 0 where the system does not say."""
    try:
        import resource
    except ImportError:
        return 0.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def main():
    """Do the job and print what it took."""
    name, job = sys.argv[1:]
    library, prepare = CONTESTANTS[name]
    try:
        version = f"{library} {importlib.metadata.version(library)}" if library else ""
    except importlib.metadata.PackageNotFoundError:
        print(json.dumps({"missing": library}))
        return
    given = json.loads(Path(job).read_text("utf-8"))
    began = time.perf_counter()
    prepare(given["warm"][:1])()
    load = time.perf_counter() - began
    prepare(given["warm"])()
    work = prepare(given["items"])
    passes, wall, cpu = 0, time.perf_counter(), time.process_time()
    while not passes or time.perf_counter() - wall < given["least"]:
        work()
        passes += 1
    taken = {"wall": (time.perf_counter() - wall) / passes, "cpu": (time.process_time() - cpu) / passes}
    print(json.dumps({**taken, "load": load, "memory": most_memory(), "version": version}))


if __name__ == "__main__":
    main()
