"""Definitions as a person writes them: one pydantic model for each kind; the parts are in modules of their own.

    audience: big_spenders           ->   AudienceDocument(audience="big_spenders", where=EventCondition(...))
    where: {event: Order Completed}

The models hold names (of audiences, traits, lists), never what the names stand for: `audcli.plan` resolves
those. They check shapes; what parts mean together is in `checks`, what needs the other files in `together`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, List, Literal  # noqa: UP035 - `list` is a field's name below

from pydantic import Discriminator, Field, PrivateAttr, Tag

from audcli.definitions.conditions import (
    CONDITION_HEADS,
    CONDITION_MODELS,
    AccountsCondition,
    AllCondition,
    AnyCondition,
    AudienceCondition,
    Condition,
    EventCondition,
    EveryoneCondition,
    IdCondition,
    NotCondition,
    Sample,
    SampleCondition,
    SequenceCondition,
    TraitCondition,
    UsersCondition,
    UserShare,
    heads_of,
)
from audcli.definitions.events import (
    AllFilters,
    AnyFilter,
    Computation,
    Compute,
    EventScope,
    EventSource,
    Filter,
    NotFilter,
    Step,
    Window,
)
from audcli.definitions.literals import (
    CalendarWindow,
    DurationField,
    Instant,
    InstantField,
    Key,
    Number,
    Scalar,
    ScalarField,
    Text,
)
from audcli.definitions.operators import (
    OPERATORS,
    Document,
    ListReference,
    Operand,
    Operators,
    Quantity,
    QuantityField,
    Reference,
    StepReference,
    Test,
    TraitReference,
)

__all__ = [
    "CONDITION_HEADS",
    "CONDITION_MODELS",
    "DOCUMENT_KINDS",
    "OPERATORS",
    "AccountsCondition",
    "AllCondition",
    "AllFilters",
    "AnyCondition",
    "AnyDocument",
    "AnyFilter",
    "AudienceCondition",
    "AudienceDocument",
    "CalendarWindow",
    "Computation",
    "Compute",
    "Condition",
    "Definition",
    "Document",
    "DurationField",
    "EventCondition",
    "EventScope",
    "EventSource",
    "EveryoneCondition",
    "Filter",
    "IdCondition",
    "Instant",
    "Key",
    "Level",
    "ListDocument",
    "ListReference",
    "NotCondition",
    "NotFilter",
    "Number",
    "Operand",
    "Operators",
    "Quantity",
    "QuantityField",
    "QueryShape",
    "Reference",
    "Sample",
    "SampleCondition",
    "Scalar",
    "SequenceCondition",
    "SqlTraitDocument",
    "Step",
    "StepReference",
    "Test",
    "TestDocument",
    "Text",
    "TraitCondition",
    "TraitDocument",
    "TraitReference",
    "UserShare",
    "UsersCondition",
    "Window",
    "heads_of",
]

Level = Literal["users", "accounts"]


class Definition(Document):
    """The fields that definitions of all kinds share."""

    name: str | None = None
    description: str | None = None
    owner: str | None = None
    tags: list[str] = Field(default_factory=list)
    enabled: bool = True


class AudienceDocument(Definition):
    """A named set of profiles or accounts, defined by a condition."""

    audience: Key
    of: Level = "users"
    include_anonymous: bool = False
    where: Condition


class TraitDocument(Definition, Computation):
    """A computed trait."""

    trait: Key
    of: Level = "users"


@dataclass(frozen=True, slots=True)
class QueryShape:
    """What a query gives and reads: its columns of ids and of traits, and the columns of each view and source."""

    ids: tuple[str, ...] = ()
    traits: tuple[str, ...] = ()
    reads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class SqlTraitDocument(Definition):
    """Traits that a query computes; their names are known once the query has been looked into."""

    sql_trait: Key
    of: Level = "users"
    sql: str
    _query: QueryShape = PrivateAttr(default_factory=QueryShape)

    @property
    def query(self) -> QueryShape:
        """What is known of its query."""
        return self._query

    def with_query(self, query: QueryShape) -> SqlTraitDocument:
        """Give the same definition with what was found of its query."""
        copy = self.model_copy()
        copy._query = query
        return copy


class ListDocument(Definition):
    """A named list of values, written here or in a file of the project."""

    list: Key
    values: List[ScalarField] | None = None  # noqa: UP006 - `list` is a field above
    file: str | None = None


def _expected_kind(value: Any) -> str:
    return ":values" if isinstance(value, dict) else ":members"


class TestDocument(Definition):
    """Calls, an instant, and what the definitions must make of them."""

    test: Key
    as_of: InstantField
    calls: list[dict[str, Any]]
    expect: dict[
        Key,
        Annotated[
            Annotated[list[str], Tag(":members")] | Annotated[dict[str, Any], Tag(":values")],
            Discriminator(_expected_kind),
        ],
    ]


AnyDocument = AudienceDocument | TraitDocument | SqlTraitDocument | ListDocument | TestDocument
DOCUMENT_KINDS: dict[str, type[AnyDocument]] = {
    "audience": AudienceDocument,
    "trait": TraitDocument,
    "sql_trait": SqlTraitDocument,
    "list": ListDocument,
    "test": TestDocument,
}
