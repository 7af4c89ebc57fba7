"""Pages: self-contained HTML files. `report.py` makes the data of the page of many reports, `html.py` the file."""
