"""What the readers reach on files whose text is known."""

from __future__ import annotations

import pytest
from fixtures import FIXTURES, LEFT_OUT, Case, cases, error_rate, feature_runs

from hreport.readers import ocr

pytestmark = pytest.mark.skipif(not FIXTURES.exists(), reason="needs ../shared")
CASES = list(cases()) if FIXTURES.exists() else []


@pytest.mark.parametrize("case", CASES, ids=[case.file for case in CASES])
def test_error_rate(case: Case) -> None:
    if case.is_scan and not ocr.available():
        pytest.skip("needs hreport[ocr]")
    assert error_rate(case) <= (case.most or 0)


def test_every_run_is_kept_or_left_out() -> None:
    assert {name for name, kept in feature_runs().items() if not kept} == set(LEFT_OUT)
