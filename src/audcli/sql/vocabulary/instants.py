"""Instants: timestamps in UTC, without a zone."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp
from sqlglot.expressions import Expr

from audcli.sql.vocabulary.literals import cast, function_call, integer, text, try_cast


def zoned_text_to_instant(value: Expr) -> Expr:
    """Read a text with or without an offset as UTC, or NULL. The engine's zone is UTC."""
    return cast(function_call("timezone", text("UTC"), try_cast(value, "TIMESTAMPTZ")), "TIMESTAMP")


def instant_to_text(value: Expr) -> Expr:
    """Write an instant as `2026-01-31T10:00:00.000000Z`."""
    return function_call("strftime", value, text("%Y-%m-%dT%H:%M:%S.%fZ"))


def later(value: Expr, *, seconds: int = 0, months: int = 0) -> Expr:
    """Add seconds, or calendar months clamped to the month's end."""
    function, count = ("to_months", months) if months else ("to_seconds", seconds)
    return exp.Paren(this=exp.Add(this=value, expression=function_call(function, integer(count))))


def stretch_of(value: Expr, seconds: int) -> Expr:
    """Give the beginning of the stretch that the instant lies in, of those of so many seconds that make up all time."""
    return function_call("time_bucket", function_call("to_seconds", integer(seconds)), value)


def earliest(instants: Sequence[Expr]) -> Expr:
    """Give the earliest of the instants."""
    return function_call("least", *instants) if len(instants) > 1 else instants[0]


def latest_of(*instants: Expr) -> Expr:
    """Give the latest of the instants."""
    return function_call("greatest", *instants)
