"""What each SQL type becomes as the value of a trait (docs/sql-traits.md)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from audcli.sql_traits.process import Process

from .engines import rows_of, value_of, worker

VALUES: dict[str, object] = {
    # numbers
    "7": 7.0,
    "7::utinyint": 7.0,
    "9007199254740992": 9007199254740992.0,
    "9007199254740993": "9007199254740993",
    "-9223372036854775808": "-9223372036854775808",
    "18446744073709551615::ubigint": 18446744073709551616.0,
    "170141183460469231731687303715884105727::hugeint": 1.7014118346046923e38,
    "sum(7)": 7.0,
    "avg(7)": 7.0,
    "0.1": 0.1,
    "0.1::float": 0.1,
    "1.50::decimal(5, 2)": 1.5,
    "7.00::decimal(5, 2)": 7.0,
    "12345678901234567890123::decimal(38, 0)": 1.2345678901234568e22,
    "-0.0::double": 0.0,
    "1e300::double": 1e300,
    "'nan'::double": None,
    "'inf'::double": None,
    "'-inf'::float": None,
    "1.0 / 0": None,
    # texts
    "'x'": '"x"',
    "''": '""',
    "'a\"\\ü' || chr(10)": '"a\\"\\\\ü\\n"',
    "'a'::enum('a', 'b')": '"a"',
    "'550e8400-e29b-41d4-a716-446655440000'::uuid": '"550e8400-e29b-41d4-a716-446655440000"',
    "'101'::bit": '"101"',
    "'\\xFF\\x00'::blob": '"/wA="',
    # true and false
    "true": "true",
    "1 > 2": "false",
    # times
    "date '2026-01-31'": '"2026-01-31"',
    "'infinity'::date": None,
    "timestamp '2026-01-31 10:00:00.5'": '"2026-01-31T10:00:00.500000Z"',
    "'2026-01-31 10:00:00'::timestamp_s": '"2026-01-31T10:00:00.000000Z"',
    "'2026-01-31 10:00:00+02'::timestamptz": '"2026-01-31T08:00:00.000000Z"',
    "'-infinity'::timestamp": None,
    "as_of()": '"2026-07-01T00:00:00.000000Z"',
    "time '10:00'": '"10:00:00"',
    "interval '1 day 2 hours'": '"1 day 02:00:00"',
    # nothing
    "null": None,
    "'null'::json": None,
    # lists and objects
    "[3, null, 1]": "[3,null,1]",
    "[1.5, 'nan'::double]": "[1.5,null]",
    "[1.0::double]": "[1]",
    "[]": "[]",
    "[date '2026-01-31']": '["2026-01-31"]',
    "[[1], null]": "[[1],null]",
    "[1, 2]::int[2]": "[1,2]",
    "{b: 1, a: timestamp '2026-01-31'}": '{"a":"2026-01-31T00:00:00.000000Z","b":1}',
    "{'x \"y': {z: 2.50::decimal(4, 2)}}": '{"x \\"y":{"z":2.5}}',
    "null::struct(a int)": None,
    "(1, 'x')": '[1,"x"]',
    "map {'b': 1, 'a': null}": '{"a":null,"b":1}',
    "map {1: [true]}": '{"1":[true]}',
    "1::union(n int, t varchar)": 1.0,
    "'q'::union(n int, t varchar)": '"q"',
    '\'{"b": 1.50, "a": [1e30, {"z": 7.0}]}\'::json': '{"a":[1e+30,{"z":7}],"b":1.5}',
    "'7.0'::json": 7.0,
    "'9007199254740993'::json": "9007199254740993",
    "'1e999'::json": None,
    "'\"x\"'::json": '"x"',
    "{a: 1}::variant": '{"a":1}',
    "[9007199254740993, 1]": "[9007199254740993,1]",
    "[170141183460469231731687303715884105727::hugeint]": "[1.7014118346046923e+38]",
}


@pytest.fixture(scope="module")
def engine() -> Iterator[Process]:
    with worker() as process:
        yield process


@pytest.mark.parametrize("expression", VALUES)
def test_value(engine: Process, expression: str) -> None:
    assert value_of(engine, expression) == VALUES[expression]


@pytest.mark.parametrize(
    ("expression", "text"),
    [("7", "7"), ("7.0", "7"), ("1.5::double", "1.5"), ("1e25::double", "1e+25"), ("' Ann '", "Ann"),
     ("'\"ann\"'::json", "ann"), ("'7'::json", "7"), ("null", None), ("7::hugeint", "7"), ("'007'", "007"),
     ("9007199254740993", "9007199254740993")],
)  # fmt: skip
def test_ids_are_text(engine: Process, expression: str, text: str | None) -> None:
    [row] = rows_of(engine, f"select {expression} as user_id, 1 as one", "one", ids=["user_id"])
    assert row["user_id"] == text


def test_emails_are_ids_in_lower_case(engine: Process) -> None:
    [row] = rows_of(engine, "select ' Ann@Example.COM' as email, 1 as one", "one", ids=["email"])
    assert row["email"] == "ann@example.com"


def test_names_of_columns_may_be_anything(engine: Process) -> None:
    [row] = rows_of(engine, 'select 1 as "KEY", 2 as "a ""b"" c", 3 as "select"', 'a "b" c', "select", ids=["KEY"])
    assert row == {"key": "1", "number_1": 2.0, "json_1": None, "number_2": 3.0, "json_2": None}
