"""Small statements beside each other get a core each, a large one all, and whatever comes next all again."""

from __future__ import annotations

import duckdb
import pytest

from audcli.engines.cores import Cores
from audcli.sql import vocabulary as sql
from audcli.sql.query import Query
from audcli.sql.script import Statement


def statements(*sizes: int | None) -> list[Statement]:
    return [Statement(f"t{place}", "anything", Query(None), size=size) for place, size in enumerate(sizes)]


def after(table: str, *before: Statement, size: int | None = None) -> Statement:
    """Make a statement that reads the tables of others."""
    first, *more = before
    query = sql.rows_of(first.table).select(sql.integer(1))
    for each in more:
        query = query.join(each.table, using=["profile"])
    return Statement(table, "anything", query, size=size)


def threads(connection: duckdb.DuckDBPyConnection) -> int:
    [(number,)] = connection.execute("select current_setting('threads')").fetchall()
    return int(number)


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 8})


def test_a_core_for_each_of_many_alike(connection: duckdb.DuckDBPyConnection) -> None:
    alike = statements(5, 5, 5, 5)
    cores = Cores(8, 4, alike)
    for each in alike:
        with cores.given_to(each, connection):
            assert threads(connection) == 2
    cores.give_back(connection)
    assert threads(connection) == 8


@pytest.mark.parametrize("size", [1_000, None])
def test_all_cores_for_a_large_one_and_one_that_nobody_knows(
    connection: duckdb.DuckDBPyConnection, size: int | None
) -> None:
    large, *small = statements(size, 5, 5, 5, 5)
    cores = Cores(8, 4, [large, *small])
    with cores.given_to(small[0], connection):
        before = threads(connection)
        with cores.given_to(large, connection):
            assert threads(connection) == 8
            with cores.given_to(small[1], connection.cursor()):
                assert threads(connection) == 8
    with cores.given_to(small[2], connection):
        assert threads(connection) == before == 2


def test_a_statement_that_fails_gives_its_cores_back(connection: duckdb.DuckDBPyConnection) -> None:
    large, *small = statements(None, 5, 5)
    cores = Cores(8, 2, [large, *small])
    with pytest.raises(ZeroDivisionError), cores.given_to(large, connection):
        raise ZeroDivisionError
    with cores.given_to(small[0], connection):
        assert threads(connection) == 4


@pytest.mark.parametrize(
    ("statement", "given"),
    [("counts_of_one", 4), ("wave", 4), ("step_2", 4), ("step_3", 4), ("large_step_2", 8)],
)
def test_a_statement_is_as_large_as_what_stands_behind_it(
    connection: duckdb.DuckDBPyConnection, statement: str, given: int
) -> None:
    *alike, large = statements(5, 5, 5, 50)
    step_2 = after("step_2", alike[0], size=5)
    others = [
        after("counts_of_one", alike[1]),
        step_2,
        after("step_3", step_2),
        after("large_step_2", large, size=50),
        after("wave", *alike),
    ]
    cores = Cores(8, 2, [*alike, large, *others])
    [asked] = (each for each in others if each.table == statement)
    with cores.given_to(asked, connection):
        assert threads(connection) == given


def test_nothing_small_can_run_beside_what_waits_for_all(connection: duckdb.DuckDBPyConnection) -> None:
    first, *others = statements(5, 5, 5)
    wave = after("wave", first, *others)
    last = after("last", wave)
    cores = Cores(8, 2, [first, *others, wave, last])
    for statement, given in ((first, 4), (wave, 8), (last, 8)):
        with cores.given_to(statement, connection):
            assert threads(connection) == given
