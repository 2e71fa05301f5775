"""Holds what a test expects of one key against what a run found.

expected [ann, bob], found {bob, cem}      ->   Checked(missing=("ann",), unexpected=("cem",), wrong=())
expected {ann: 12}, found {ann: 10.5}      ->   Checked(…, wrong=(WrongValue("ann", 12, 10.5),))
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb

from audcli.definitions.documents import AnyDocument, TraitDocument
from audcli.errors import AudcliError
from audcli.explain import Explanation
from audcli.runs import members_after, named
from audcli.who import find_entity

_ALWAYS_THERE = ("count", "sum", "unique_count", "unique_users")
_VALUES = "select entity, value from current_trait_values join trait_names using (trait) where name = '{name}'"
_RUN = 1
_ALL = 1_000_000


@dataclass(frozen=True, slots=True)
class WrongValue:
    """A value that is not the expected one; None stands for none at all."""

    who: str
    expected: Any
    found: Any


@dataclass(frozen=True, slots=True)
class Checked:
    """What differs from what is expected of a key: who is missing, who is there too, whose values are wrong.

    `problem` says why there is nothing to compare; `why` explains some of those who differ, by name.
    """

    key: str
    problem: str | None = None
    missing: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    wrong: tuple[WrongValue, ...] = ()
    why: Mapping[str, Explanation] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Tell whether everything is as expected."""
        return not (self.problem or self.missing or self.unexpected or self.wrong)


def check(
    connection: duckdb.DuckDBPyConnection,
    document: AnyDocument,
    key: str,
    expected: list[str] | dict[str, Any],
    failure: str | None,
) -> Checked:
    """Compare what is expected of a definition with its result in the only run of a store.

    Members, and those who have a value, are named by `key`, `user_id` or `TYPE:VALUE`, accounts by `group_id`. Of a
    trait, whoever is not named must have no value; `key` is then the trait's name, for an SQL trait that of a column.
    `failure` says why it was not computed.
    """
    if failure is not None:
        return Checked(key, f"it was not computed: {failure}")
    numbers: dict[str, int] = {}
    for who in expected:
        try:
            numbers[who] = find_entity(connection, who, getattr(document, "of", "users")).number
        except AudcliError:
            return Checked(key, f"`{who}` is nobody in the calls")
    if isinstance(expected, list):
        return _members(connection, key, numbers)
    return _values(connection, document, key, numbers, expected)


def _members(connection: duckdb.DuckDBPyConnection, key: str, expected: Mapping[str, int]) -> Checked:
    found = _names(connection, members_after(key, _RUN))
    return Checked(
        key,
        missing=tuple(who for who, number in expected.items() if number not in found),
        unexpected=tuple(name for number, name in found.items() if number not in expected.values()),
    )


def _values(
    connection: duckdb.DuckDBPyConnection,
    document: AnyDocument,
    key: str,
    numbers: Mapping[str, int],
    expected: Mapping[str, Any],
) -> Checked:
    found = _found_values(connection, key)
    if isinstance(document, TraitDocument) and document.compute in _ALWAYS_THERE:
        found = dict.fromkeys(numbers.values(), 0) | found
        expected = {who: 0 if value is None else value for who, value in expected.items()}
    level = getattr(document, "of", "users")
    there = _names(connection, f"select '{level}' as level, entity from ({_VALUES.format(name=key)})")
    return Checked(
        key,
        unexpected=tuple(name for number, name in there.items() if number not in numbers.values()),
        wrong=tuple(
            WrongValue(who, _plain(expected[who]), found.get(number))
            for who, number in numbers.items()
            if not _same(_plain(expected[who]), found.get(number))
        ),
    )


def _names(connection: duckdb.DuckDBPyConnection, entities: str) -> dict[int, str]:
    """Name the entities of a query as a test would: by `user_id` where there is one."""
    numbered = f"select level, entity, entity as number from ({entities})"
    return {
        number: (member.known_as or member.key or "").removeprefix("user_id:")
        for member, [number] in named(connection, numbered, _ALL)
    }


def _found_values(connection: duckdb.DuckDBPyConnection, key: str) -> dict[int, Any]:
    """Give the value of every entity that has one for a trait."""
    rows = connection.execute(_VALUES.format(name=key)).fetchall()
    return {entity: json.loads(value, parse_int=_whole_number) for entity, value in rows}


def _whole_number(digits: str) -> int | float:
    """Read a whole number as all values are: beyond 64 bits it is a double."""
    number = int(digits)
    return number if -(2**63) <= number < 2**63 else float(number)


def _plain(value: Any) -> Any:
    """Write dates of YAML as the text that they are in JSON."""
    match value:
        case date():
            return value.isoformat()
        case list():
            return [_plain(each) for each in value]
        case dict():
            return {name: _plain(each) for name, each in value.items()}
        case _:
            return value


def _same(expected: Any, found: Any) -> bool:
    """Compare JSON values: `7` and `7.0` are the same number, `true` is none."""
    match expected, found:
        case (bool(), _) | (_, bool()):
            return expected is found
        case dict(), dict():
            return expected.keys() == found.keys() and all(_same(expected[name], found[name]) for name in expected)
        case list(), list():
            return len(expected) == len(found) and all(map(_same, expected, found))
        case _:
            return bool(expected == found)
