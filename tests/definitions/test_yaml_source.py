"""Documents of a file: their values, their places, and limits on what they expand to."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from audcli.definitions import yaml_tree
from audcli.definitions.yaml_nodes import Loc, SourceDocument
from audcli.definitions.yaml_source import read_yaml
from audcli.diagnostics import Span


def only(text: str) -> SourceDocument:
    documents, broken = read_yaml(text, "x.yaml")
    assert broken == []
    (document,) = documents
    return document


def codes(text: str) -> list[str]:
    documents, broken = read_yaml(text, "x.yaml")
    return [
        *(each.code for document in documents for each in document.problems),
        *(each.problem.code for each in broken),
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on: yes\noff: 12:30", {"on": "yes", "off": "12:30"}),
        ("1: a\ntrue: b\n2026-01-01: c\n~: d", {"1": "a", "true": "b", "2026-01-01": "c", "~": "d"}),
        ("a: '1'\nb: \"true\"\nc: !!str 1\nd: |\n  5\n", {"a": "1", "b": "true", "c": "1", "d": "5\n"}),
        ("\ufeffa: 1", {"a": 1}),
        ("a: &x [1, 2]\nb: *x", {"a": [1, 2], "b": [1, 2]}),
        ("a: &x 1\nb: &x 2\nc: *x", {"a": 1, "b": 2, "c": 2}),
        ("a: &x {k: 1}\nb: {<<: *x}", {"a": {"k": 1}, "b": {"<<": {"k": 1}}}),
        ("%YAML 1.1\n---\na: off", {"a": "off"}),
        ("a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
    ],
)
def test_value(text: str, value: Any) -> None:
    assert only(text).value == value


def test_documents_of_a_file() -> None:
    text = "# first\na: 1\n--- # second\nb: 2\n...\n---\n---\nc: |\n  text\n  ---not a marker\n"
    documents, broken = read_yaml(text, "x.yaml")
    assert broken == []
    assert [each.value for each in documents] == [{"a": 1}, {"b": 2}, {"c": "text\n---not a marker\n"}]
    assert [each.text for each in documents] == [
        "# first\na: 1\n",
        "--- # second\nb: 2\n",
        "c: |\n  text\n  ---not a marker\n",
    ]


def test_a_broken_document_hides_no_other() -> None:
    documents, broken = read_yaml("a: 1\n---\naudience: vips\nwhere: [a\n---\nb: 2\n", "x.yaml")
    assert [each.value for each in documents] == [{"a": 1}, {"b": 2}]
    (lost,) = broken
    assert (lost.kind, lost.key, lost.problem.code, lost.problem.span.line) == (
        "audience",
        "vips",
        "unclosed-bracket",
        4,
    )


@pytest.mark.parametrize("text", ["", "\n\n", "# a comment\n", "---\n", "---\n---\n...\n", "~\n", "\ufeff"])
def test_empty_documents_are_none(text: str) -> None:
    assert read_yaml(text, "x.yaml") == ([], [])


PLACES = """\
audience: größe 😀x
where:
  all:
    - {event: "A b", where: {price: {at_least: 3}}}
    - not:
        event: [A,
                B]
  text: |
    long
"""


@pytest.mark.parametrize(
    ("loc", "value", "key"),
    [
        (("audience",), (1, 11, 8), (1, 1, 8)),
        (("where", "all", 0, "event"), (4, 15, 5), (4, 8, 5)),
        (("where", "all", 0), (4, 7, 45), (4, 7, 45)),
        (("where", "all", 0, "where", "price", "at_least"), (4, 48, 1), (4, 38, 8)),
        (("where", "all", 1), (5, 7, 3), (5, 7, 3)),
        (("where", "all", 1, "not"), (6, 9, 5), (5, 7, 3)),
        (("where", "all", 1, "not", "event"), (6, 16, 1), (6, 9, 5)),
        (("where", "all", 1, "not", "event", 1), (7, 17, 1), (7, 17, 1)),
        (("where", "text"), (8, 9, 1), (8, 3, 4)),
        (("where", "all", 7), (4, 5, 1), (3, 3, 3)),
        ((), (1, 1, 8), (1, 1, 8)),
    ],
)
def test_places(loc: Loc, value: tuple[int, int, int], key: tuple[int, int, int]) -> None:
    document = only(PLACES)
    assert document.span_of(loc) == Span("x.yaml", *value)
    assert document.key_span_of(loc) == Span("x.yaml", *key)


def test_places_in_a_later_document_count_from_the_top_of_the_file() -> None:
    documents, _ = read_yaml("\ufeffa: 1\n---\n\nb: {c: 2}\n", "x.yaml")
    assert documents[1].span_of(("b", "c")) == Span("x.yaml", 4, 8, 1)


def test_an_alias_lies_where_it_stands_and_what_is_in_it_where_it_is_written() -> None:
    document = only("a: &x {k: 1}\nb: *x\n")
    assert document.span_of(("b",)) == Span("x.yaml", 2, 4, 2)
    assert document.span_of(("b", "k")) == Span("x.yaml", 1, 11, 1)


def laughs(levels: int) -> str:
    rows = (f"l{level}: &l{level} [{', '.join([f'*l{level - 1}'] * 10)}]" for level in range(1, levels))
    return "\n".join(("l0: &l0 [x, x, x, x, x, x, x, x, x, x]", *rows))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (laughs(3), []),
        (laughs(30), ["document-too-large"]),
        ("[" + "1, " * 9_998 + "1]", []),
        ("[" + "1, " * 9_999 + "1]", ["document-too-large"]),
        ("[" * 64 + "]" * 64, []),
        ("[" * 65 + "]" * 65, ["document-too-deep"]),
        ("[" * 100_000, ["document-too-deep"]),
        ("a: &a " + "[" * 40 + "]" * 40 + "\nb: " + "[" * 40 + "*a" + "]" * 40, ["document-too-deep"]),
        ("a: &a [*a]", ["alias-within-itself"]),
        ("a: *b", ["unknown-alias"]),
        ("a: 1\nb: 2\na: 3\n'b': 4", ["repeated-key", "repeated-key"]),
        ("? [a]\n: 1", ["key-not-text"]),
        ("a: !foo 1\nb: !!python/object:os.system {}\nc: !!set {a}", ["unsupported-tag"] * 3),
        ("a: 2026-13-01\nb: 1e400", ["no-such-date", "number-too-large"]),
        ("a: 007\nb: '007'\nc: 0.5\nd: 0", ["leading-zeros"]),
        ("a:\n\t- 1", ["tab-indentation"]),
        ("a: \x1b[31m", ["control-character"]),
        ("a: \ud800", ["control-character"]),
    ],
)
def test_problems(text: str, found: list[str]) -> None:
    assert codes(text) == found


def test_the_parser_without_its_c_library_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_tree, "_LOADER", yaml.SafeLoader)
    assert only(PLACES).span_of(("where", "all", 0, "event")) == Span("x.yaml", 4, 15, 5)
    assert codes("a: [1, 2") == ["unclosed-bracket"]
    assert codes('a: "\\ud800"') == ["control-character"]
    assert codes('a: "\\U99999999"') == ["bad-yaml"]
