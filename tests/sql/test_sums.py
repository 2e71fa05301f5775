"""Sums and averages of computed traits are exact: units of 10^-9, and the nearest double of what comes out."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

import duckdb
from hypothesis import example, given
from hypothesis import strategies as st

from audcli.sql import vocabulary as sql
from audcli.sql.sums import average_of, double_of, units

EXACT = Context(prec=400)
TOTALS = st.integers(-(2**126), 2**126) | st.integers(-(10**18), 10**18)


def value_of(expression: str, **columns: float) -> object:
    types = {"x": "double", "total": "hugeint", "how_many": "bigint"}
    row = ", ".join(f"'{value!r}'::{types[name]} as {name}" for name, value in columns.items())
    [(value,)] = duckdb.sql(f"select {expression} from (select {row})").fetchall()
    return value


@given(st.floats(-1e21, 1e21) | st.integers(-(10**12), 10**12).map(lambda whole: whole / 1024))
@example(5e-10)
@example(1.5e-9)
@example(2.5e-9)
@example(0.0009765625)
@example(-0.0009765625)
@example(8388609.0000000005)
@example(99999999999999983616.0)
def test_a_double_is_rounded_to_units_from_its_exact_value(x: float) -> None:
    expected = int(Decimal(x).quantize(Decimal("1e-9"), ROUND_HALF_EVEN, EXACT).scaleb(9, EXACT))
    found = value_of(units(sql.column("x")).sql("duckdb"), x=x)
    assert found == (expected if abs(x) < 1e20 else None)


@given(TOTALS)
@example(300000000)
@example(2**53 * 10**9 + 1)
def test_a_sum_is_the_nearest_double(total: int) -> None:
    assert value_of(double_of(sql.column("total")).sql("duckdb"), total=total) == float(Fraction(total, 10**9))


@given(TOTALS, st.integers(1, 10**9))
@example(4503599627370496 * 10**9, 1)
@example((2**54 + 2) * 10**9, 2)
def test_an_average_is_the_nearest_double_of_the_quotient(total: int, how_many: int) -> None:
    written = average_of(sql.column("total"), sql.column("how_many")).sql("duckdb")
    assert value_of(written, total=total, how_many=how_many) == float(Fraction(total, how_many * 10**9))


def test_an_average_of_nothing_is_absent() -> None:
    assert value_of(average_of(sql.column("total"), sql.column("how_many")).sql("duckdb"), total=0, how_many=0) is None
