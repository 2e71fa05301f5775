"""Values of a definition with several traits, from run to run: who has any of them is a member."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from audcli.runs.comparison import Counts
from audcli.runs.trait_values import compare_values, let_all_values_go, write_values
from audcli.sql.script import TraitValues
from audcli.store import Store, memory_store

ANN, BOB, CEM = 1, 2, 3
TABLE = "audcli_work.sql_trait_1"
TRAITS = {name: TraitValues("sql_trait_1", name, "profile", "json") for name in ("load", "tags")}
DEFINITION = 8


@pytest.fixture
def store() -> Iterator[Store]:
    with memory_store() as store:
        store.connection.execute(f"create table {TABLE} (profile integer, load json, tags json)")
        yield store


def counts(store: Store, run: int, *rows: tuple[int, str | None, str | None]) -> Counts:
    """Let a run find these values of each entity, and commit them."""
    store.connection.execute(f"delete from {TABLE}")
    store.connection.executemany(f"insert into {TABLE} values (?, ?, ?)", rows)
    compared = compare_values(store.connection, {DEFINITION: TRAITS}, run)
    write_values(store.connection, compared.begun, run)
    return compared.counts[DEFINITION]


def spans(store: Store) -> list[tuple[object, ...]]:
    return store.connection.execute(
        """select entity, name, coalesce(json, number::varchar), v.since_run, until_run
           from trait_values as v join trait_names using (trait) order by all"""
    ).fetchall()


def test_who_has_any_value_is_a_member(store: Store) -> None:
    assert counts(store, 1, (ANN, "1", None), (BOB, "2", '"b"'), (CEM, None, None)) == Counts(2, 0, 2)
    assert counts(store, 2, (ANN, "1", '"a"'), (BOB, None, '"b"'), (CEM, None, '"c"')) == Counts(1, 0, 3)
    assert counts(store, 3, (ANN, "1", '"a"')) == Counts(0, 2, 1)
    assert spans(store) == [
        (ANN, "load", "1.0", 1, None),
        (ANN, "tags", '"a"', 2, None),
        (BOB, "load", "2.0", 1, 2),
        (BOB, "tags", '"b"', 1, 3),
        (CEM, "tags", '"c"', 2, 3),
    ]
    assert let_all_values_go(store.connection, DEFINITION) == 1


def test_what_is_the_same_number_stays(store: Store) -> None:
    counts(store, 1, (ANN, "7", '{"a":[1.50e1,"1.50e1"]}'), (BOB, "9007199254740993", "[2.0]"))
    counts(store, 2, (ANN, "7.0", '{"a":[15.0,"1.50e1"]}'), (BOB, "9007199254740993", "[2]"))
    assert spans(store) == [
        (ANN, "load", "7.0", 1, None),
        (ANN, "tags", '{"a":[15,"1.50e1"]}', 1, None),
        (BOB, "load", "9007199254740993", 1, None),
        (BOB, "tags", "[2]", 1, None),
    ]


def test_somebody_who_was_forgotten_exits(store: Store) -> None:
    counts(store, 1, (ANN, "1", None), (BOB, None, '"b"'))
    store.connection.execute("update trait_values set entity = -1, number = null, json = null where entity = ?", [BOB])
    assert counts(store, 2, (ANN, "1", None)) == Counts(0, 1, 1)
    assert spans(store) == [(-1, "tags", None, 1, 2), (ANN, "load", "1.0", 1, None)]
