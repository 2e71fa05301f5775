"""The kinds of value that fields of a definition take, and how what was written becomes one.

    greater_than: "100"   -> 100        since: "2026-01-31" -> date(2026, 1, 31)
    within: 30 days       -> Duration(30, "days")        times: 2 -> {exactly: 2}

Problems are raised as `PydanticCustomError` whose type is a code of `audcli.definitions.messages`.
"""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from audcli.definitions.durations import FORM, Duration
from audcli.definitions.instants import read_instant
from audcli.definitions.yaml_scalars import ScalarError, read_number
from audcli.numbers import shortest_text

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Scalar = str | bool | int | float | datetime | date
Number = int | float
Text = str | int | float
Instant = datetime | date
CalendarWindow = Literal[
    "today", "yesterday",
    "this week", "last week", "this month", "last month",
    "this quarter", "last quarter", "this year", "last year",
]  # fmt: skip

UNION_MARK = ":"
"""Begins the names of the arms of unions, which pydantic puts among names of fields to locate a problem."""


def _problem(code: str, **facts: str) -> PydanticCustomError:
    return PydanticCustomError(code, "see audcli.definitions.messages", dict(facts))


def _as_duration(value: Any) -> Any:
    if isinstance(value, Duration):
        return value
    try:
        return Duration.parse(value)
    except (ValueError, AttributeError):
        raise _problem("bad-duration") from None


def _as_scalar(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        raise _problem("not-finite")
    if not isinstance(value, Scalar):
        raise _problem("wrong-type", wanted="a single value")
    return value


def _as_number(value: Any) -> Any:
    """Read a number, also one in quotes; the check that runs before warns of the quotes."""
    if isinstance(value, str):
        try:
            return read_number(value)
        except ScalarError as unusable:
            raise _problem(unusable.code) from None
        except ValueError:
            raise _problem("not-a-number") from None
    if isinstance(value, bool):
        raise _problem("boolean-as-number")
    if isinstance(value, date):
        raise _problem("date-as-number")
    if not isinstance(value, Number):
        raise _problem("wrong-type", wanted="a number")
    return _as_scalar(value)


def _as_text(value: Any) -> Any:
    if isinstance(value, bool):
        raise _problem("boolean-as-text")
    if isinstance(value, date):
        raise _problem("date-as-text")
    if not isinstance(value, Text):
        raise _problem("wrong-type", wanted="a text")
    return _as_scalar(value)


def _as_string(value: Any) -> Any:
    """Read a text; a number stands for its shortest text."""
    text = _as_text(value)
    return text if isinstance(text, str) else shortest_text(text)


def _as_instant(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return read_instant(value)
        except ValueError:
            raise _problem("not-a-date") from None
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value
    if not isinstance(value, date):
        raise _problem("not-a-date")
    return value


def _as_pair(value: Any) -> Any:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise _problem("wrong-type", wanted="a list of two durations")
    return tuple(value)


def _as_percent(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, Number) or not 0 <= value <= 100:
        raise _problem("wrong-type", wanted="a number from 0 to 100")
    return value


def as_quantity(value: Any) -> Any:
    """Write a bare number of things out as `exactly` so many."""
    return {"exactly": value} if isinstance(value, int) and not isinstance(value, bool) else value


_JSON_SCALARS = ["string", "number", "boolean"]
_JSON_TEXTS = {"type": ["string", "number"]}

ScalarField = Annotated[Scalar, BeforeValidator(_as_scalar), WithJsonSchema({"type": _JSON_SCALARS})]
NumberField = Annotated[Number, BeforeValidator(_as_number), WithJsonSchema({"type": ["number", "string"]})]
TextField = Annotated[Text, BeforeValidator(_as_text), WithJsonSchema(_JSON_TEXTS)]
StringField = Annotated[str, BeforeValidator(_as_string), WithJsonSchema(_JSON_TEXTS)]
InstantField = Annotated[
    Instant, BeforeValidator(_as_instant), WithJsonSchema({"type": "string", "pattern": "^[0-9]{4}-"})
]
DurationField = Annotated[
    Duration, BeforeValidator(_as_duration), WithJsonSchema({"type": "string", "pattern": f"^{FORM}$"})
]
PercentField = Annotated[
    Number, BeforeValidator(_as_percent), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100})
]
BetweenField = Annotated[tuple[DurationField, DurationField], BeforeValidator(_as_pair)]
