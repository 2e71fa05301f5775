"""Which events a condition or a computed trait speaks of, as a person writes them (SPEC sections 5, 8, 11).

event: Order Completed         ->   EventSource(event="Order Completed", where={"price": Operators(...)})
where: {price: {at_least: 9}}
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from audcli.definitions.literals import BetweenField, CalendarWindow, DurationField, InstantField
from audcli.definitions.operators import Document, QuantityField, Test

EventScope = Literal["own", "tagged", "all"]


class Window(Document):
    """When an event counts (SPEC section 5); at most one kind of window in one place."""

    within: DurationField | None = None
    between: BetweenField | None = None
    older_than: DurationField | None = None
    since: InstantField | None = None
    until: InstantField | None = None
    during: CalendarWindow | None = None


class AllFilters(Document):
    """Every one of the filters passes."""

    all: list[Filter]


class AnyFilter(Document):
    """At least one of the filters passes."""

    any: list[Filter]


class NotFilter(Document):
    """The filter does not pass."""

    not_: Filter = Field(alias="not")


FILTER_MODELS: dict[str, type[Document]] = {"all": AllFilters, "any": AnyFilter, "not": NotFilter}


def filter_kind(value: Any) -> str:
    """Tell which kind a filter is: `:all`, `:any`, `:not`, or `:tests` for a mapping of paths to tests."""
    for kind, model in FILTER_MODELS.items():
        if isinstance(value, model) or (isinstance(value, dict) and kind in value):
            return ":" + kind
    return ":tests"


Filter = Annotated[
    Annotated[AllFilters, Tag(":all")]
    | Annotated[AnyFilter, Tag(":any")]
    | Annotated[NotFilter, Tag(":not")]
    | Annotated[dict[str, Test], Tag(":tests")],
    Discriminator(filter_kind),
]


def _names_kind(value: Any) -> str:
    return ":names" if isinstance(value, list) else ":name"


EventNames = Annotated[Annotated[str, Tag(":name")] | Annotated[list[str], Tag(":names")], Discriminator(_names_kind)]


class EventSource(Document):
    """Which calls: by event name, page name or screen name; exactly one of the three."""

    event: EventNames | None = None
    page: str | None = None
    screen: str | None = None
    where: Filter | None = None


class Step(EventSource, Window):
    """One step of a sequence."""

    as_: str | None = Field(default=None, alias="as")
    did: bool = True
    elapsed: bool = False
    times: QuantityField | None = None


Compute = Literal[
    "count", "sum", "average", "minimum", "maximum", "most_frequent", "first", "last",
    "unique_list", "unique_count", "unique_users",
]  # fmt: skip


class Computation(EventSource, Window):
    """What a computed trait computes from which events."""

    compute: Compute
    property: str | None = None
    user_trait: str | None = None
    minimum_frequency: int | None = Field(default=None, ge=1)
    limit: int | None = Field(default=None, ge=1)
    events: EventScope | None = None
    include_anonymous: bool | None = None
