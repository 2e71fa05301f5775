"""A query that takes too much time or memory ends with a message, and the next one runs."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest

from audcli.sql_traits.process import QueryFailed
from audcli.sql_traits.sandbox import Query, Sandbox, Setup

SMALL = "select key, known as one from profiles where key = 'p1'"


def fill(view: str, columns: Sequence[str]) -> pa.RecordBatchReader:
    keys = [f"p{number}" for number in range(1000)]
    return pa.table({"key": keys, "known": [True] * len(keys)}).to_reader()


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox(Setup("2026-07-01 00:00:00", 200 * 2**20, None, {}), {"profiles": ("key", "known")}, fill)


def run(sandbox: Sandbox, sql: str, seconds: float = 60) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = sandbox.run(Query(sql, ("key",), ("one",)), seconds=seconds).read_all().to_pylist()
    return rows


@pytest.mark.parametrize(
    "sql",
    [
        "select 'a' as key, count(*) as one from range(1000000) a, range(1000000) b where a.range * b.range = -1",
        "with recursive r(n) as (select 1 union all select n + 1 from r) select 'a' as key, max(n) as one from r",
        "select 'a' as key, sum(levenshtein(repeat('ab', 3000), repeat('ba', 3000 + range::int % 7))) as one from range(99999)",
        "select a.key, 1 as one from profiles a, profiles b, profiles c where a.key || b.key || c.key = 'x'",
    ],
)
def test_too_long(sandbox: Sandbox, sql: str) -> None:
    with sandbox:
        assert run(sandbox, SMALL) == [{"key": "p1", "number_1": None, "json_1": "true"}]
        started = time.monotonic()
        with pytest.raises(QueryFailed) as failed:
            run(sandbox, sql, seconds=1.5)
        assert time.monotonic() - started < 10
        assert failed.value.message == "the query took longer than 1.5 seconds"
        assert failed.value.hint is not None and "--sql-timeout" in failed.value.hint
        assert run(sandbox, SMALL) == [{"key": "p1", "number_1": None, "json_1": "true"}]


@pytest.mark.parametrize(
    "sql",
    [
        "select 'a' as key, len(repeat('x', 2000000000)) as one",
        "select 'a' as key, len(range(1000000000)) as one",
        "with recursive r(s) as (select 'x' union all select s || s from r) select 'a' as key, max(len(s)) as one from r",
        "select 'a' as key, list(a.key || b.key || repeat('x', 1000)) as one from profiles a, profiles b",
        "select 'a' as key, string_agg(a.key || b.key || repeat('x', 1000)) as one from profiles a, profiles b",
    ],
)
def test_too_large(sandbox: Sandbox, sql: str) -> None:
    with sandbox:
        with pytest.raises(QueryFailed) as failed:
            run(sandbox, sql)
        assert "memory" in failed.value.message
        assert failed.value.hint is not None and "--memory-limit" in failed.value.hint
        assert run(sandbox, SMALL) == [{"key": "p1", "number_1": None, "json_1": "true"}]


def test_nested_too_deeply(sandbox: Sandbox) -> None:
    with sandbox:
        for sql in ("(" * 100_000 + "1", "select " + "(" * 5_000 + "1" + ")" * 5_000 + " as key, 1 as one",
                    "select " + " || ".join(["'a'"] * 20_000) + " as key, 1 as one"):  # fmt: skip
            with pytest.raises(QueryFailed):
                run(sandbox, sql)
        assert run(sandbox, SMALL) == [{"key": "p1", "number_1": None, "json_1": "true"}]


def test_an_error_of_the_query_is_told(sandbox: Sandbox) -> None:
    with sandbox:
        with pytest.raises(QueryFailed, match="could not convert string … to"):
            run(sandbox, "select key, (key::integer) as one from profiles")
        assert run(sandbox, SMALL)


def test_the_same_query_gives_the_same_to_the_last_digit(sandbox: Sandbox) -> None:
    """Sums of doubles depend on the order of addition, and so do the first of several rows."""
    sql = """select 'a' as key, [sum(1.0 / (1 + digit)), first(digit), arg_max(digit, known)] as one
             from (select ord(key[-1])::double * 0.1 as digit, known from profiles)"""
    with sandbox:
        found = [run(sandbox, sql) for _ in range(3)]
    assert found[0] == found[1] == found[2]


def test_a_worker_ends_with_the_process_that_started_it() -> None:
    """Even where that is killed in the middle of a query."""
    script = """
import sys, threading
from audcli.sql_traits.process import Process
process = Process()
print(process.pid, flush=True)
process.ask({"do": "open", "as_of": "2026-07-01", "memory_limit": 2**28, "spill": None, "sources": {}, "describing": False}, 60)
process.ask({"do": "run", "sql": "select 1 as key, count(*) as n from range(999999) a, range(999999) b where a.range * b.range = -1", "ids": ["key"], "traits": ["n"]}, 600)
"""
    starter = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    time.sleep(2)
    starter.kill()
    starter.wait()
    starter.stdout.close()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[1][:3]:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_a_source_that_breaks_far_from_its_beginning_is_named(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("key,n\n" + "a,1\n" * 500_000 + "b\n", "utf-8")
    with Sandbox(Setup("2026-07-01 00:00:00", 2**30, None, {"t": path}), {"profiles": ("key",)}, fill) as sandbox:
        with pytest.raises(QueryFailed, match="the source `t` cannot be read: CSV Error on Line: 500002"):
            sandbox.run(Query("select key, n as one from t", ("key",), ("one",), frozenset({"t"})), seconds=60)
        assert run(sandbox, SMALL)
