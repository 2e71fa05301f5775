"""Which expressions RE2 takes, here as in the store."""

from __future__ import annotations

import duckdb
import pytest

from audcli.definitions.checks.regexes import refusal_of

TAKEN = [
    "",
    "a|b",
    "^x$",
    "(?i)x",
    "(?P<n>a)",
    r"\p{Greek}",
    r"\pN",
    r"[[:alpha:]]",
    r"\(?<n>",
    "[(?<n>]",
    r"\Q(?<n>\E",
    "é",
]
REFUSED = [
    "(", ")", "[a", "*a", "a**", "a{2,1}", "a{1001}", "[z-a]", "(?=a)", "(?!a)", "(?<=a)", "(?<n>a)", "(?P<n",
    r"(a)\1", r"\q", "\\", r"\p{Foo}", "(?>a)", r"(\p{L}{100}){5}",
]  # fmt: skip


def store_takes(expression: str) -> bool:
    try:
        duckdb.execute("select regexp_matches(x, ?) from (values ('a')) as t(x)", [expression]).fetchall()
    except duckdb.InvalidInputException:
        return False
    return True


@pytest.mark.parametrize("expression", [*TAKEN, *REFUSED])
def test_refused_here_as_in_the_store(expression: str) -> None:
    taken = refusal_of(expression, ignore_case=False) is None
    assert taken == (expression in TAKEN) == store_takes(expression)


@pytest.mark.parametrize("expression", REFUSED)
def test_every_refusal_says_why(expression: str) -> None:
    refusal = refusal_of(expression, ignore_case=True)
    assert refusal is not None
    assert refusal.reason != "it is malformed"
