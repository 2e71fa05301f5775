"""Whole numbers below names are kept as doubles, and nothing of the text that is read again tells."""

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audcli.stored_numbers import json_of_variant, json_to_keep

# Texts that look like members of an object, and what could end them early.
TEXTS = st.lists(
    st.sampled_from(['"', "\\", ":", ",", "{", "}", "[", "]", "7", "7.0", '":7,', '":7.0}', "a", "é", ""]), max_size=6
).map("".join)
NUMBERS = st.one_of(
    st.integers(-(10**17), 10**17),
    st.sampled_from([0, -1, 2**53, 10**15 - 1, 10**15, 10**20, 0.5, 1e-7, 1e22]),
)
VALUES = st.recursive(
    st.one_of(TEXTS, NUMBERS, st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=8,
)


KEPT = f"{json_to_keep('$text')}::json::variant"


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def kept_and_read(engine: duckdb.DuckDBPyConnection, value: Any) -> Any:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    query = f"select {json_of_variant('kept')} from (select {KEPT} as kept)"
    [(written,)] = engine.execute(query, {"text": text}).fetchall()
    return json.loads(written)


def types_of(value: Any) -> Any:
    match value:
        case dict():
            return {name: types_of(item) for name, item in value.items()}
        case list():
            return [types_of(item) for item in value]
        case _:
            return type(value)


@given(value=st.dictionaries(TEXTS, VALUES, max_size=4))
def test_what_is_read_again_is_what_was_kept(engine: duckdb.DuckDBPyConnection, value: dict[str, Any]) -> None:
    read = kept_and_read(engine, value)
    assert read == value
    assert types_of(read) == types_of(value)


@pytest.mark.parametrize("number", [0, 7, -7, 325, 10**15 - 1])
def test_whole_and_other_numbers_of_a_name_are_of_one_type(engine: duckdb.DuckDBPyConnection, number: int) -> None:
    query = f"select variant_typeof(variant_extract({KEPT}, 'n'))"
    types = {
        engine.execute(query, {"text": json.dumps({"n": each}, separators=(",", ":"))}).fetchall()[0]
        for each in (number, 0.25)
    }
    assert types == {("DOUBLE",)}


@pytest.mark.parametrize("number", [2**53 + 1, -(2**63), 2**64 - 1])
def test_what_no_double_holds_is_kept_as_it_is(engine: duckdb.DuckDBPyConnection, number: int) -> None:
    assert kept_and_read(engine, {"n": number}) == {"n": number}
