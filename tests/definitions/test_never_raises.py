"""The loader never raises and always accounts for what it read, whatever the text."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from audcli.definitions import yaml_tree
from audcli.definitions.drafts import read_draft
from audcli.definitions.loader import load, load_text
from audcli.definitions.yaml_source import read_yaml
from audcli.diagnostics import has_errors, render_text

NOW = datetime(2026, 7, 1, tzinfo=UTC)
CASES = sorted((Path(__file__).parents[1] / "messages" / "definitions").glob("*.yaml"))
TEXTS = [case.read_text("utf-8") for case in CASES]
WORDS = sorted({word for text in TEXTS for word in re.findall(r"[\w$]+|[^\w\s]", text)})
ODDITIES = [
    "null",
    "true",
    "-1",
    ".nan",
    "1e999",
    "2026-01-01",
    "{}",
    "[]",
    "\n",
    "  ",
    "\t",
    "---\n",
    "\u2028",
    "\0",
    "é",
]


def check(text: str) -> None:
    definitions = load_text(text, now=NOW)
    for each in definitions.diagnostics:
        assert render_text(each).isprintable() or "\n" in render_text(each)
        assert each.span.line >= 1
        assert each.span.column >= 1
        assert each.span.length >= 1
    assert not definitions.documents.keys() & definitions.broken.keys()
    for source in read_yaml(text, "x.yaml")[0]:
        draft = read_draft(source, NOW)
        assert (draft.document is None) == has_errors(draft.problems)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Definitions of the message cases, words of them replaced, removed, added and repeated."""
    text = "---\n".join(draw(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=2)))
    pieces = re.findall(r"[\w$]+|\s|[^\w\s]", text)
    for _ in range(draw(st.integers(1, 6))):
        position = draw(st.integers(0, len(pieces)))
        piece = draw(st.one_of(st.sampled_from(WORDS), st.sampled_from(ODDITIES), st.just(""), st.text(max_size=3)))
        pieces[position : position + draw(st.integers(0, 3))] = [piece]
    return "".join(pieces)


@given(st.text())
@example("a: \ud800")
@example("audience: a\nwhere: {trait: {compute: [a]}, equals: {step: [b]}}")
@settings(max_examples=300)
def test_any_text(text: str) -> None:
    check(text)


@given(mutated())
@settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_mutated_definitions(text: str) -> None:
    check(text)


@given(mutated())
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_mutated_definitions_without_the_c_library(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml_tree, "_LOADER", yaml.SafeLoader)
        check(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=12,
)


@given(
    st.sampled_from(["audience", "trait", "sql_trait", "list", "test"]), st.dictionaries(st.sampled_from(WORDS), JSON)
)
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_shape(kind: str, fields: dict[str, object]) -> None:
    check(yaml.safe_dump({kind: "key", **fields}, allow_unicode=True))


@given(st.binary())
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_bytes(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.yaml").write_bytes(content)
    load(tmp_path, tmp_path, now=NOW)
