# `make check` is what CI runs. PYTHON: the interpreter of an environment that holds `.[dev]`, for `make docs` also `.[docs]`.
PYTHON ?= python

.PHONY: check lint types imports test docs bench

check: lint types imports test

lint:
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .

types:
	$(PYTHON) -m mypy

imports:
	$(PYTHON) -c "from importlinter.cli import lint_imports_command; lint_imports_command()" --no-cache

test:
	$(PYTHON) -m pytest

docs:
	$(PYTHON) docs/build.py

# BENCH: options of benchmarks/run.py.
bench:
	$(PYTHON) benchmarks/run.py $(BENCH)
