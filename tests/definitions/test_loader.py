"""What loading gives: valid definitions, broken ones, their digests, and the files that they are read from."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from audcli.definitions import documents
from audcli.definitions.documents import (
    AudienceDocument,
    EventCondition,
    ListDocument,
    TraitCondition,
    TraitReference,
)
from audcli.definitions.durations import Duration
from audcli.definitions.loader import Definitions, load, load_text
from audcli.diagnostics import Span

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def loaded(text: str) -> Definitions:
    definitions = load_text(text, now=NOW)
    assert [each for each in definitions.diagnostics if each.severity == "error"] == []
    return definitions


def condition(where: str) -> object:
    document = loaded(f"audience: a\nwhere: {where}").documents["a"].document
    assert isinstance(document, AudienceDocument)
    return document.where


def digest(text: str) -> str:
    (document,) = loaded(text).documents.values()
    return document.digest


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def everyone(key: str) -> str:
    return f"audience: {key}\nwhere: {{everyone: true}}\n"


def test_values_end_as_what_they_stand_for() -> None:
    where = condition('{trait: v, at_least: "1e2", before: "2026-01-31", equals: {trait: w}, matches: 404}')
    assert where == TraitCondition(
        trait="v", at_least=100.0, before=date(2026, 1, 31), equals=TraitReference(trait="w"), matches="404"
    )


def test_windows_and_numbers_of_times() -> None:
    where = condition("{event: [A, B], between: [3 months, 30 days], times: 2}")
    assert isinstance(where, EventCondition)
    assert where.between == (Duration(3, "months"), Duration(30, "days"))
    assert where.times is not None
    assert where.times.exactly == 2


def test_literals_and_lists_in_place_of_operators() -> None:
    where = condition("{event: A, where: {plan: pro, country: [DE, 2026-01-31, 7], gone: {exists: false}}}")
    assert isinstance(where, EventCondition)
    assert isinstance(where.where, dict)
    assert where.where["plan"].equals == "pro"
    assert where.where["country"].one_of == ["DE", date(2026, 1, 31), 7]
    assert where.where["gone"].exists is False


def test_a_timestamp_is_an_instant_in_utc() -> None:
    where = condition("{event: A, since: 2026-01-31 10:00 +02:00, until: '2026-02-01'}")
    assert isinstance(where, EventCondition)
    assert where.since == datetime(2026, 1, 31, 8, tzinfo=UTC)
    assert where.until == date(2026, 2, 1)


def test_null_is_a_value_in_the_calls_of_a_test() -> None:
    text = """
test: t
as_of: 2026-07-01
calls: [{type: identify, userId: ada, traits: {plan: null, tags: [null]}}]
expect: {a: [ada], b: {ada: null}}
---
audience: a
where: {everyone: true}
---
trait: b
compute: count
event: A
"""
    document = loaded(text).documents["t"].document
    assert isinstance(document, documents.TestDocument)
    assert document.calls[0]["traits"] == {"plan": None, "tags": [None]}


@pytest.mark.parametrize("field", ["calls: [null]", "calls:", "expect: {a: }", "expect: {a: [null]}"])
def test_null_elsewhere_in_a_test_is_an_error(field: str) -> None:
    other = "expect: {}" if field.startswith("calls") else "calls: []"
    definitions = load_text(f"test: t\nas_of: 2026-07-01\n{field}\n{other}\n", now=NOW)
    assert "t" in definitions.broken


def test_a_list_of_numbers() -> None:
    document = loaded("list: l\nvalues: [1, 2.5, true, x]").documents["l"].document
    assert isinstance(document, ListDocument)
    assert document.values == [1, 2.5, True, "x"]


def test_a_valid_definition_says_where_it_stands() -> None:
    text = "# all of them\naudience: a  # everyone\nwhere: {everyone: true}\n"
    document = loaded(text).documents["a"]
    assert (document.key, document.kind, document.file, document.text) == ("a", "audience", "audiences/text.yaml", text)
    assert document.span == Span("audiences/text.yaml", 2, 11, 1)


def test_broken_definitions_and_those_that_depend_on_them() -> None:
    text = (
        everyone("fine")
        + "---\naudience: wrong\nwhere: {event: A, within: soon}\n"
        + "---\naudience: next\nwhere: {audience: wrong}\n"
        + "---\naudience: last\nwhere: {not: {audience: next}}\n"
    )
    definitions = load_text(text, now=NOW)
    assert list(definitions.documents) == ["fine"]
    assert {key: [each.code for each in problems] for key, problems in definitions.broken.items()} == {
        "wrong": ["bad-duration"],
        "next": ["depends-on-broken"],
        "last": ["depends-on-broken"],
    }
    assert not definitions.unreadable


def test_both_of_two_definitions_with_one_key_are_left_out() -> None:
    definitions = load_text(everyone("a") + "---\n" + everyone("a"), now=NOW)
    assert definitions.documents == {}
    assert list(definitions.broken) == ["a"]


def test_text_beyond_reading_keeps_its_key() -> None:
    definitions = load_text("audience: lost\nwhere: [a\n---\n" + everyone("fine"), now=NOW)
    assert list(definitions.documents) == ["fine"]
    assert [each.code for each in definitions.broken["lost"]] == ["unclosed-bracket"]
    assert definitions.unreadable


def test_a_warning_leaves_a_definition_valid() -> None:
    definitions = load_text('audience: a\nwhere: {trait: v, at_least: "5"}', now=NOW)
    assert list(definitions.documents) == ["a"]
    assert [each.code for each in definitions.diagnostics] == ["number-in-quotes"]


def test_between_is_compared_at_the_present_moment() -> None:
    text = "audience: a\nwhere: {event: A, between: [1 month, 30 days]}"
    assert list(load_text(text, now=datetime(2026, 8, 1, tzinfo=UTC)).documents) == ["a"]
    assert list(load_text(text, now=datetime(2026, 7, 1, tzinfo=UTC)).broken) == ["a"]
    assert list(load_text(text, now=datetime(2026, 3, 1, tzinfo=UTC)).broken) == ["a"]


def test_long_chains_of_audiences() -> None:
    text = everyone("a0") + "".join(
        f"---\naudience: a{number}\nwhere: {{audience: a{number - 1}}}\n" for number in range(1, 3000)
    )
    assert len(loaded(text).documents) == 3000


def test_a_digest_is_of_the_meaning() -> None:
    plain = digest("audience: a\nwhere: {event: A, times: 2, within: 7 days}")
    assert plain == digest(
        "# a comment\nname: Some\nowner: me\ntags: [x]\ndescription: text\naudience: a\nof: users\n"
        "where:\n  within: '7 days'\n  times:\n    exactly: 2\n  event: A\n"
    )
    assert plain != digest("audience: a\nwhere: {event: A, times: 3, within: 7 days}")
    assert plain != digest("audience: a\nenabled: false\nwhere: {event: A, times: 2, within: 7 days}")


def test_files_are_read_in_order_and_only_definitions(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "audcli.yaml": "definitions: .",
            "b.yaml": everyone("b"),
            "a/deep/c.yml": everyone("c"),
            "a.yaml": everyone("a"),
            "notes.txt": "not yaml: [",
            ".git/x.yaml": "[",
            ".audcli/x.yaml": "[",
            "folder.yaml/d.yaml": everyone("d"),
        },
    )
    definitions = load(tmp_path, tmp_path, now=NOW)
    assert definitions.diagnostics == ()
    assert {key: each.file for key, each in definitions.documents.items()} == {
        "a": "a.yaml",
        "c": "a/deep/c.yml",
        "b": "b.yaml",
        "d": "folder.yaml/d.yaml",
    }


def test_links_within_the_project_are_followed_once(tmp_path: Path) -> None:
    folder = write(tmp_path, {"shared/s.yaml": everyone("s"), "audiences/a.yaml": everyone("a")}) / "audiences"
    (folder / "linked").symlink_to("../shared")
    (folder / "again.yaml").symlink_to("a.yaml")
    (folder / "loop").symlink_to("..")
    definitions = load(tmp_path, folder, now=NOW)
    assert definitions.diagnostics == ()
    assert sorted(definitions.documents) == ["a", "s"]


def test_links_out_of_the_project_are_refused(tmp_path: Path) -> None:
    write(tmp_path, {"elsewhere/e.yaml": everyone("e"), "project/.git/g.yaml": everyone("g")})
    folder = write(tmp_path, {"project/audiences/a.yaml": everyone("a")}) / "project" / "audiences"
    (folder / "file.yaml").symlink_to("../../elsewhere/e.yaml")
    (folder / "folder").symlink_to("../../elsewhere")
    (folder / "git").symlink_to("../.git")
    (folder / "round.yaml").symlink_to("round.yaml")
    definitions = load(tmp_path / "project", folder, now=NOW)
    assert list(definitions.documents) == ["a"]
    assert [(each.code, each.span.file) for each in definitions.diagnostics] == [
        ("file-outside-project", "audiences/file.yaml"),
        ("file-outside-project", "audiences/folder"),
        ("file-outside-project", "audiences/git"),
        ("file-outside-project", "audiences/round.yaml"),
    ]
    assert definitions.unreadable


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    definitions = load(tmp_path, tmp_path, now=NOW)
    assert [each.code for each in definitions.diagnostics] == ["unreadable-file"]


def test_names_of_files_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff.yaml")).write_text("audience: A\n")
    definitions = load(tmp_path, tmp_path, now=NOW)
    assert {each.span.file for each in definitions.diagnostics} == {"\ufffd.yaml"}


def test_files_of_lists(tmp_path: Path) -> None:
    write(tmp_path, {"audiences/l.yaml": "list: l\nfile: lists/vips.csv\n", "lists/vips.csv": "email\na@b.de\n"})
    assert list(load(tmp_path, tmp_path / "audiences", now=NOW).documents) == ["l"]
