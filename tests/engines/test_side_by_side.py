"""Statements side by side: what each one reads is there, long ways begin first, and a failure stops the others."""

from __future__ import annotations

import threading

import duckdb
import pytest

from audcli.engines.side_by_side import run_side_by_side
from audcli.sql import vocabulary as sql
from audcli.sql.script import Statement

SHORT = ["short_1", "short_2", "short_3"]
LONG = {"long_1": "calls", "long_2": "long_1", "long_3": "long_2"}


def statement(table: str, *sources: str) -> Statement:
    first, *others = sources
    query = sql.rows_of(first).select(sql.integer(1))
    for other in others:
        query = query.join(other, using=["profile"])
    return Statement(table, f"what `{table}` is for", query)


def connect() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(":memory:")


SCRIPT = [
    *(statement(table, "calls") for table in SHORT),
    *(statement(table, source) for table, source in LONG.items()),
    statement("wave", *SHORT, "long_3"),
]


@pytest.mark.parametrize("most", [1, 2, 4])
def test_results_are_in_the_order_of_the_statements(most: int) -> None:
    assert run_side_by_side(connect, SCRIPT, lambda _, each: each.table, most) == tuple(s.table for s in SCRIPT)


def test_nothing_to_run() -> None:
    assert run_side_by_side(connect, [], lambda _, each: each.table, 2) == ()


@pytest.mark.parametrize("most", [2, 4])
def test_what_a_statement_reads_has_ended_before_it_begins(most: int) -> None:
    ended: set[str] = set()
    lock = threading.Lock()

    def run(_: duckdb.DuckDBPyConnection, each: Statement) -> None:
        with lock:
            missing = (each.reads() - {"calls"}) - ended
        assert not missing
        with lock:
            ended.add(each.table)

    run_side_by_side(connect, SCRIPT, run, most)
    assert ended == {each.table for each in SCRIPT}


def test_what_most_others_wait_for_is_first() -> None:
    begun: list[str] = []
    run_side_by_side(connect, SCRIPT, lambda _, each: begun.append(each.table), 1)
    assert begun == ["long_1", "long_2", *SHORT, "long_3", "wave"]


def test_two_that_do_not_need_each_other_run_at_once() -> None:
    both = threading.Barrier(2, timeout=10)
    run_side_by_side(connect, [statement("one", "calls"), statement("other", "calls")], lambda *_: both.wait(), 2)


def test_a_failure_stops_what_runs_beside_it_and_lets_nothing_more_begin() -> None:
    begun = threading.Event()
    tables = []

    def run(connection: duckdb.DuckDBPyConnection, each: Statement) -> None:
        tables.append(each.table)
        if each.table == "fails":
            begun.wait(10)
            raise ValueError("the first error")
        begun.set()
        connection.execute("select count(*) from range(10_000_000_000_000)").fetchall()

    script = [statement("endless", "calls"), statement("fails", "calls"), statement("later", "endless")]
    with pytest.raises(ValueError, match="the first error"):
        run_side_by_side(connect, script, run, 2)
    assert sorted(tables) == ["endless", "fails"]
