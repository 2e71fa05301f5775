"""Every case of every chapter, once against the reference evaluator and once against audcli."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reference import evaluate, names_of
from seam import audcli_members
from semantics.chapters import Case, read_chapter
from yaml_core import write_documents

CHAPTERS = sorted(path for path in Path(__file__).parent.glob("*.md") if path.name != "README.md")


def _cases() -> list[Any]:
    return [pytest.param(case, id=f"{path.stem}: {case.name}") for path in CHAPTERS for case in read_chapter(path)]


@pytest.mark.parametrize("case", _cases())
def test_reference(case: Case) -> None:
    assert case.as_of is not None
    _compare(case, evaluate(case.definitions, case.calls, case.as_of, case.settings))


@pytest.mark.parametrize("case", _cases())
def test_audcli(case: Case) -> None:
    assert case.as_of is not None
    definitions = write_documents(case.definitions)
    _compare(case, audcli_members(definitions, case.calls, case.as_of, case.settings))


def _compare(case: Case, members: dict[str, set[str]]) -> None:
    names = names_of(case.calls, case.settings)
    found = {key: {names.get(member, member) for member in keys} for key, keys in members.items()}
    wrong = [
        f"{expected.text}: expected {sorted(expected.members)}, found {sorted(found.get(key, {'no such audience'}))}"
        for key, expected in case.expected.items()
        if found.get(key) != expected.members
    ]
    assert case.expected, "a case expects something"
    assert not wrong, "\n" + "\n".join(wrong)
