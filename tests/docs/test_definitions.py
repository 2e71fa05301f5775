"""The reference of definitions holds: its examples give what it says, and it leaves nothing of the language out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from audcli.definitions import documents
from audcli.definitions.checks.paths import CALL_FIELDS, TRAIT_FIELDS
from audcli.definitions.documents import CONDITION_HEADS, CalendarWindow
from audcli.diagnostics import render_text
from docs.pages import AS_OF, DAY_BEFORE, Call, Example, Mistake, Page, Row, read_links, read_page
from docs.worlds import load, members

DOCS = Path(__file__).parents[2] / "docs"
NAMES = ("definitions", "conditions", "time", "values", "sequences", "accounts", "computed-traits", "yaml", "mistakes")
"""The pages of the reference, in the order of reading."""
PAGES = {f"{name}.md": read_page((DOCS / f"{name}.md").read_text("utf-8")) for name in NAMES}


def cases(of: Callable[[Page], tuple[Any, ...]]) -> list[Any]:
    """Give something of every page, each named by its page and line."""
    return [pytest.param(each, id=f"{name}:{line_of(each)}") for name, page in PAGES.items() for each in of(page)]


def line_of(case: Example | Mistake | tuple[Row, ...]) -> int:
    return case[0].line if isinstance(case, tuple) else case.line


@pytest.mark.parametrize("example", cases(lambda page: page.examples))
def test_example(example: Example, tmp_path: Path) -> None:
    project, loaded = load(tmp_path, example.definitions, example.files)
    assert [render_text(each) for each in loaded.diagnostics] == []
    if not example.calls:
        return
    kinds = {key: each.kind for key, each in loaded.documents.items()}
    keys = [key for key, kind in kinds.items() if kind == ("audience" if "audience" in kinds.values() else "trait")]
    found = members(project, example.calls, {each.as_of for each in example.expectations})
    expected = {(each.as_of, each.key or "".join(keys)): each.members for each in example.expectations}
    assert {(as_of, key): found[as_of][key] for as_of, key in expected} == expected


@pytest.mark.parametrize("rows", cases(lambda page: page.tables))
def test_table_of_tests(rows: tuple[Row, ...], tmp_path: Path) -> None:
    project, loaded = load(tmp_path, "---\n".join(audiences_of(rows)))
    assert [render_text(each) for each in loaded.diagnostics] == []
    values = list(dict.fromkeys(value for row in rows for value in (*row.passing, *row.failing)))
    names = {value: f"u{number}" for number, value in enumerate(values)}
    calls = [call for value, name in names.items() for call in carrying(value, name)]
    passing = members(project, calls, [AS_OF])[AS_OF]
    for row in rows:
        shown = {names[value]: value for value in (*row.passing, *row.failing)}
        for subject in ("property", "trait"):
            found = {value for name, value in shown.items() if name in passing[f"{subject}_{row.line}"]}
            assert found == set(row.passing), f"line {row.line}: {row.operators}, on a {subject}"


def audiences_of(rows: Iterable[Row]) -> Iterator[str]:
    """Write two audiences for each row: one tests the property `value` of an event, one the trait `value`."""
    for row in rows:
        condition = f"event: Tested\n  where: {{value: {{{row.operators}}}}}"
        yield f"audience: property_{row.line}\nwhere:\n  {condition}\n"
        yield f"audience: trait_{row.line}\nwhere: {{trait: value, {row.operators}}}\n"


def carrying(value: str | None, name: str) -> list[Call]:
    body = {} if value is None else {"value": json.loads(value)}
    return [Call(name, what, DAY_BEFORE, body, {}) for what in ("Tested", "identify")]


@pytest.mark.parametrize("mistake", cases(lambda page: page.mistakes))
def test_mistake(mistake: Mistake, tmp_path: Path) -> None:
    _, loaded = load(tmp_path, mistake.definitions)
    assert "\n\n".join(render_text(each) for each in loaded.diagnostics) + "\n" == mistake.message


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in read_links(page.read_text("utf-8"))[1]:
        if target.startswith("https://"):
            continue
        file, _, anchor = target.partition("#")
        place = DOCS / file if file else page
        assert place.exists(), target
        if anchor:
            assert anchor in read_links(place.read_text("utf-8"))[0], target


def test_the_contents_list_every_section() -> None:
    """The title of each page, and the heading of the contents itself, are no sections."""
    first, *later = PAGES
    listed = PAGES[first].links
    wanted = [f"#{anchor}" for anchor in PAGES[first].anchors[2:]]
    wanted += [f"{name}#{anchor}" for name in later for anchor in PAGES[name].anchors[1:]]
    assert [each for each in wanted if each not in listed] == []


LATER = {"SqlTraitDocument"}
"""Parts of the language that this version does not compute yet."""
ELSEWHERE = {"TestDocument"}


def test_every_field_has_an_example(tmp_path: Path) -> None:
    texts = [(each.definitions, each.files) for page in PAGES.values() for each in page.examples]
    texts += [("---\n".join(audiences_of(rows)), ()) for page in PAGES.values() for rows in page.tables]
    used: set[tuple[str, str]] = set()
    for number, (text, files) in enumerate(texts):
        _, loaded = load(tmp_path / str(number), text, files)
        for each in loaded.documents.values():
            used.update(fields_used(each.document))
    models = [each for each in vars(documents).values() if isinstance(each, type) and issubclass(each, BaseModel)]
    wanted = {
        (model.__name__, name)
        for model in models
        if model.__name__ not in LATER | ELSEWHERE
        for name in model.__annotations__
        if name in model.model_fields
    }
    inherited = {model.__name__: [base.__name__ for base in model.__mro__] for model in models}
    used |= {(base, name) for model, name in used for base in inherited[model]}
    assert sorted(wanted - used) == []


def fields_used(value: Any) -> Iterator[tuple[str, str]]:
    """Give every (model, field) that a definition sets, at any depth."""
    match value:
        case BaseModel():
            for name in value.model_fields_set:
                yield type(value).__name__, name
                yield from fields_used(getattr(value, name))
        case dict():
            for each in value.values():
                yield from fields_used(each)
        case list() | tuple():
            for each in value:
                yield from fields_used(each)


@pytest.mark.parametrize("name", [*CALL_FIELDS, *TRAIT_FIELDS, "$context.", *get_args(CalendarWindow)])
def test_every_name_has_an_example(name: str) -> None:
    assert any(name in each.definitions for page in PAGES.values() for each in page.examples)


@pytest.mark.parametrize("head", CONDITION_HEADS)
def test_every_head_has_an_example(head: str) -> None:
    assert any(f"{head}:" in each.definitions for page in PAGES.values() for each in page.examples)
