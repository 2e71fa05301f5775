"""Every function that the engine has is looked at: what the list of SQL traits lets through, and what it keeps out."""

from __future__ import annotations

import re

import duckdb
import pytest

from audcli.sql_traits.functions import FEWEST_ARGUMENTS, FUNCTIONS, TABLE_FUNCTIONS
from audcli.sql_traits.refusals import Refusal
from audcli.sql_traits.relations import VIEWS
from audcli.sql_traits.statement import check

from .engines import tree_of

KINDS = {"scalar": "scalar", "aggregate": "aggregate", "macro": "macro", "window": "window"}
OUTWARD = re.compile(
    r"^read|_read|scan|^glob|getenv|setting|secret|pragma|duckdb|^pg_|sniff|query|serialize|random|uuid|^now$|current|today|"
    r"local|variable|nextval|currval|setval|setseed|sleep|log_|_log|version|install|load|attach|extension|resource|"
    r"database|schema|transaction|txid|^user$|_role|inet_|^test_|checkpoint|profil|reservoir|aggregate|invoke|stats|vector"
)
"""Names that speak of something beyond the arguments."""


@pytest.fixture(scope="module")
def functions() -> list[tuple[str, str, str | None]]:
    connection = duckdb.connect()
    return connection.execute(
        "select distinct function_name, function_type, stability from duckdb_functions()"
    ).fetchall()


def test_every_function_that_is_not_listed_is_refused(functions: list[tuple[str, str, str | None]]) -> None:
    for name, kind, _ in functions:
        quoted = '"' + name.replace('"', '""') + '"'
        sql = f"select {quoted}(1, 2, 3)" if kind in KINDS else f"select * from {quoted}(1)"
        listed = FUNCTIONS if kind in KINDS else TABLE_FUNCTIONS
        found = check(tree_of(sql), frozenset(VIEWS))
        assert isinstance(found, Refusal) == (name.lower() not in listed), (name, kind)


def test_what_is_listed_has_a_function_behind_it(functions: list[tuple[str, str, str | None]]) -> None:
    names = {name.lower() for name, _, _ in functions}
    of_the_parser = {"->", "<>", "ifnull", "coalesce", "if", "count_star", "as_of"}
    assert FUNCTIONS - names <= of_the_parser
    assert {name for name, kind, _ in functions if kind == "table"} >= TABLE_FUNCTIONS


def test_no_listed_function_speaks_of_something_outside() -> None:
    assert {name for name in FUNCTIONS | TABLE_FUNCTIONS if OUTWARD.search(name)} == set()


def test_listed_functions_give_the_same_for_the_same_arguments(functions: list[tuple[str, str, str | None]]) -> None:
    volatile = {name for name, _, stability in functions if stability == "VOLATILE"}
    assert not volatile & FUNCTIONS, volatile & FUNCTIONS


def test_only_these_need_no_argument() -> None:
    rows = duckdb.execute(
        """select distinct function_name from duckdb_functions()
           where len(parameters) = 0 and function_type <> 'window'"""
    ).fetchall()
    without = {name for (name,) in rows} & FUNCTIONS
    pure = """+ add array_cat array_concat array_to_json array_value array_zip count count_star json_array json_object
        json_quote list_cat list_concat list_pack list_value list_zip map map_concat pi row row_to_json struct_concat
        struct_pack to_json union_value"""
    assert without == set(pure.split())


def test_one_argument_that_is_a_time_is_held_against_the_clock_by_age_alone() -> None:
    """What has a form of two times is tried with one: it gives the same however much time has passed."""
    connection = duckdb.connect()
    pairs = "select distinct function_name from duckdb_functions() where parameter_types::varchar = '[TIMESTAMP, TIMESTAMP]'"
    for (name,) in connection.execute(pairs).fetchall():
        if name not in FUNCTIONS or FEWEST_ARGUMENTS.get(name, 0) > 1:
            continue
        with pytest.raises(duckdb.Error):
            connection.execute(f"select \"{name}\"(timestamp '2020-01-01')")
