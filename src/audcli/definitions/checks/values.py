"""Tests whose literals need a second look: regular expressions, and numbers in quotes.

matches: "(?=x)"   ->   error[bad-regex]: RE2 cannot use this expression: there is no such group: `(?=`
"""

from __future__ import annotations

from collections.abc import Iterator

from audcli.definitions.checks.regexes import refusal_of
from audcli.definitions.operators import Operators
from audcli.definitions.places import Place
from audcli.definitions.reporting import listed, report
from audcli.definitions.yaml_nodes import SourceDocument
from audcli.definitions.yaml_scalars import ScalarError, read_number
from audcli.diagnostics import Diagnostic

_COMPARISONS = ("greater_than", "at_least", "less_than", "at_most")


def check_values(place: Place, source: SourceDocument) -> Iterator[Diagnostic]:
    """Check the literals of the operators at a place."""
    if place.model is None or not issubclass(place.model, Operators):
        return
    for name in _COMPARISONS:
        text = place.value.get(name)
        if isinstance(text, str) and _is_number(text):
            span = source.span_of((*place.loc, name))
            yield report("number-in-quotes", span, name=listed([name]), text=text)
    expression = place.value.get("matches")
    if isinstance(expression, str):
        refusal = refusal_of(expression, ignore_case=place.value.get("ignore_case") is True)
        if refusal is not None:
            span = source.span_of((*place.loc, "matches"))
            yield report("bad-regex", span, reason=refusal.reason, hint=refusal.hint)


def _is_number(text: str) -> bool:
    try:
        read_number(text)
    except (ValueError, ScalarError):
        return False
    return True
