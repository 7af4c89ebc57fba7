"""A reading knows where each of its characters came from, and folding keeps length."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hreport.model import Span
from hreport.text import Reading, fold

LIKELY = st.sampled_from("全市1２.．、，％%○\n \u3000\U0001f3e5𠀀é")
TEXTS = st.text(alphabet=st.one_of(LIKELY, st.characters()), max_size=60)


@st.composite
def noisy(draw: st.DrawFn) -> tuple[str, list[Span]]:
    """A text, and stretches of it that are noise; they may touch, overlap and be empty."""
    text = draw(TEXTS)
    edges = st.integers(0, len(text))
    pairs = draw(st.lists(st.tuples(edges, edges), max_size=6))
    return text, [Span(min(p), max(p)) for p in pairs]


def kept(text: str, noise: list[Span]) -> list[int]:
    """The offsets that are no noise."""
    return [i for i in range(len(text)) if not any(s.start <= i < s.end for s in noise)]


@given(TEXTS)
def test_folding_keeps_length(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("３３．５％", "33.5%"),
        ("ｘｘ．ｘ％", "xx.x%"),
        ("醫療衛生機構增長８．５萬個", "医疗卫生机构增长8.5万个"),
        ("乾安县", "乾安县"),
        ("（一）", "(一)"),
        ("增长，下降；", "增长,下降;"),
        ("二○一○年", "二〇一〇年"),
        ("a\u3000b\xa0c", "a b c"),
        ("“健康”、。", "“健康”、。"),
        ("", ""),
    ],
)
def test_folding(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(noisy())
def test_a_reading_is_the_text_without_its_noise(case: tuple[str, list[Span]]) -> None:
    text, noise = case
    reading = Reading.of(text, noise)
    assert reading.source == text
    assert reading.raw == "".join(text[i] for i in kept(text, noise))
    assert reading.text == fold(reading.raw)


@given(noisy())
def test_each_character_knows_its_origin(case: tuple[str, list[Span]]) -> None:
    text, noise = case
    reading = Reading.of(text, noise)
    offsets = kept(text, noise)
    assert [reading.origin(i) for i in range(len(reading.raw))] == offsets
    assert [reading.index(o) for o in offsets] == list(range(len(offsets)))


@given(noisy())
def test_an_offset_in_noise_is_that_of_the_next_character(case: tuple[str, list[Span]]) -> None:
    text, noise = case
    reading = Reading.of(text, noise)
    offsets = kept(text, noise)
    for origin in range(len(text) + 1):
        assert reading.index(origin) == sum(o < origin for o in offsets)


@given(noisy(), st.data())
def test_a_span_covers_its_slice_and_no_noise_around_it(case: tuple[str, list[Span]], data: st.DataObject) -> None:
    text, noise = case
    reading = Reading.of(text, noise)
    offsets = kept(text, noise)
    if not offsets:
        return
    start = data.draw(st.integers(0, len(offsets) - 1))
    end = data.draw(st.integers(start + 1, len(offsets)))
    span = reading.span(start, end)
    assert (span.start, span.end) == (offsets[start], offsets[end - 1] + 1)
    inside = "".join(text[i] for i in offsets if span.start <= i < span.end)
    assert inside == reading.raw[start:end]


@given(noisy(), st.data())
def test_an_empty_slice_is_an_empty_span(case: tuple[str, list[Span]], data: st.DataObject) -> None:
    reading = Reading.of(*case)
    at = data.draw(st.integers(0, len(reading.raw)))
    span = reading.span(at, at)
    assert span.start == span.end <= len(reading.source)


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 2)])
def test_what_is_no_span(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="not a span"):
        Span(start, end)
