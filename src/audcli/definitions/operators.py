"""The operators on one value as a person writes them (SPEC section 6).

price: {at_least: 100, less_than: 200}   ->   Operators(at_least=100, less_than=200)
plan: [pro, business]                    ->   Operators(one_of=["pro", "business"])
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag

from audcli.definitions.literals import (
    CalendarWindow,
    DurationField,
    InstantField,
    NumberField,
    Scalar,
    ScalarField,
    StringField,
    TextField,
    as_quantity,
)


class Document(BaseModel):
    """What all models share: no unknown fields, no coercion, no change once read."""

    # A model is built when it is first read, together with all that it is made of, and not at every start.
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True, defer_build=True)


class TraitReference(Document):
    """`{trait: PATH}` in place of a literal: a trait of the same entity."""

    trait: str


class StepReference(Document):
    """`{step: NAME, property: PATH}` in place of a literal: a property of an earlier step's chosen event."""

    step: str
    property: str


class ListReference(Document):
    """`{list: KEY}` in place of a list of literals: the values of a `list:` definition."""

    list: str


def reference_kind(value: Any) -> str:
    """Tell which arm of a union an operand belongs to: a reference or a literal."""
    if isinstance(value, StepReference) or (isinstance(value, dict) and "step" in value):
        return ":step"
    return ":trait" if isinstance(value, TraitReference | dict) else ":literal"


def _values_kind(value: Any) -> str:
    return ":list" if isinstance(value, ListReference | dict) else ":literals"


_TraitArm = Annotated[TraitReference, Tag(":trait")]
_StepArm = Annotated[StepReference, Tag(":step")]
_ListArm = Annotated[ListReference, Tag(":list")]

Reference = TraitReference | StepReference
Operand = Annotated[Annotated[ScalarField, Tag(":literal")] | _TraitArm | _StepArm, Discriminator(reference_kind)]
NumberOperand = Annotated[Annotated[NumberField, Tag(":literal")] | _TraitArm | _StepArm, Discriminator(reference_kind)]
TextOperand = Annotated[Annotated[TextField, Tag(":literal")] | _TraitArm | _StepArm, Discriminator(reference_kind)]
InstantOperand = Annotated[
    Annotated[InstantField, Tag(":literal")] | _TraitArm | _StepArm, Discriminator(reference_kind)
]
ScalarsOrList = Annotated[Annotated[list[ScalarField], Tag(":literals")] | _ListArm, Discriminator(_values_kind)]
TextsOrList = Annotated[Annotated[list[TextField], Tag(":literals")] | _ListArm, Discriminator(_values_kind)]


class Quantity(Document):
    """How many: limits on a count, which must be satisfiable together. A bare number is `exactly`."""

    at_least: int | None = Field(default=None, ge=0)
    at_most: int | None = Field(default=None, ge=0)
    exactly: int | None = Field(default=None, ge=0)
    more_than: int | None = Field(default=None, ge=0)
    less_than: int | None = Field(default=None, ge=0)


QuantityField = Annotated[Quantity, BeforeValidator(as_quantity, json_schema_input_type=int | Quantity)]


class Operators(Document):
    """The operators on one value; all that are given must hold."""

    equals: Operand | None = None
    not_equals: Operand | None = None
    one_of: ScalarsOrList | None = None
    none_of: ScalarsOrList | None = None
    greater_than: NumberOperand | None = None
    at_least: NumberOperand | None = None
    less_than: NumberOperand | None = None
    at_most: NumberOperand | None = None
    contains: TextOperand | None = None
    not_contains: TextField | None = None
    contains_any: TextsOrList | None = None
    starts_with: TextOperand | None = None
    ends_with: TextOperand | None = None
    matches: StringField | None = None
    exists: bool | None = None
    before: InstantOperand | None = None
    after: InstantOperand | None = None
    on_or_before: InstantOperand | None = None
    on_or_after: InstantOperand | None = None
    on: InstantField | None = None
    during: CalendarWindow | None = None
    within_last: DurationField | None = None
    before_last: DurationField | None = None
    within_next: DurationField | None = None
    after_next: DurationField | None = None
    has: dict[str, Test] | None = None
    size: QuantityField | None = None
    ignore_case: bool = False


OPERATORS: tuple[str, ...] = tuple(name for name in Operators.model_fields if name != "ignore_case")
"""The names of the operators themselves, without `ignore_case`, which only changes how others compare."""


def _as_operators(value: Any) -> Any:
    """Write the shorthands out: a literal is `equals`, a list of literals `one_of`."""
    if isinstance(value, list):
        return {"one_of": value}
    return {"equals": value} if isinstance(value, Scalar) else value


Test = Annotated[
    Operators,
    BeforeValidator(_as_operators, json_schema_input_type=ScalarField | list[ScalarField] | Operators),
]
