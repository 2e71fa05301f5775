"""Conditions as a person writes them: one model for each head (SPEC sections 8 to 10).

any: [{audience: vips}, {trait: plan, equals: pro}]
    ->   AnyCondition(any=[AudienceCondition(audience="vips"), TraitCondition(trait="plan", equals="pro")])
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from audcli.definitions.events import Computation, EventScope, EventSource, Step, Window
from audcli.definitions.literals import DurationField, PercentField

# `Test` is for pydantic, which looks here for what is named in the fields that models below inherit.
from audcli.definitions.operators import Document, Operators, QuantityField, Test  # noqa: F401


class AllCondition(Document):
    """Every condition holds."""

    all: list[Condition]


class AnyCondition(Document):
    """At least one condition holds, or at least `at_least` of them."""

    any: list[Condition]
    at_least: int | None = Field(default=None, ge=1)


class NotCondition(Document):
    """The condition does not hold."""

    not_: Condition = Field(alias="not")


class EveryoneCondition(Document):
    """Always holds."""

    everyone: Literal[True]


class EventCondition(EventSource, Window):
    """The number of events that pass `where` and the window passes `times`."""

    times: QuantityField | None = None


class IdCondition(Operators):
    """The entity's external ids of one type pass the operators."""

    id: str


class Sample(Document):
    """A stable share of all entities."""

    percent: PercentField
    salt: str


class SampleCondition(Document):
    """The entity falls into the sample."""

    sample: Sample


def _trait_kind(value: Any) -> str:
    return ":computation" if isinstance(value, Computation | dict) else ":path"


class TraitCondition(Operators):
    """The entity's trait passes the operators; in place of a name an unnamed computed trait may stand."""

    trait: Annotated[
        Annotated[str, Tag(":path")] | Annotated[Computation, Tag(":computation")], Discriminator(_trait_kind)
    ]


class AudienceCondition(Document):
    """The entity is in that audience in this same run."""

    audience: str


class AccountsCondition(Document):
    """Any, all or none of the profile's accounts satisfies `where`."""

    accounts: Literal["any", "all", "none"]
    where: Condition


class UserShare(Document):
    """How many of an account's users: a count or a percentage."""

    at_least: int | None = Field(default=None, ge=0)
    at_least_percent: PercentField | None = None


def _users_kind(value: Any) -> str:
    return ":share" if isinstance(value, UserShare | dict) else ":quantifier"


class UsersCondition(Document):
    """Any, all, none or so many of the account's users satisfy `where`, bound to one user at a time."""

    users: Annotated[
        Annotated[Literal["any", "all", "none"], Tag(":quantifier")] | Annotated[UserShare, Tag(":share")],
        Discriminator(_users_kind),
    ]
    where: Condition
    events: EventScope | None = None
    include_anonymous: bool | None = None


class SequenceCondition(Document):
    """Events can be chosen for the steps, one after the other."""

    sequence: list[Step]
    within: DurationField | None = None


CONDITION_MODELS: dict[str, type[Document]] = {
    "all": AllCondition,
    "any": AnyCondition,
    "not": NotCondition,
    "everyone": EveryoneCondition,
    "event": EventCondition,
    "page": EventCondition,
    "screen": EventCondition,
    "id": IdCondition,
    "sample": SampleCondition,
    "trait": TraitCondition,
    "audience": AudienceCondition,
    "accounts": AccountsCondition,
    "users": UsersCondition,
    "sequence": SequenceCondition,
}
CONDITION_HEADS: tuple[str, ...] = tuple(CONDITION_MODELS)


def heads_of(condition: dict[str, Any]) -> list[str]:
    """List the heads that a condition's mapping has; a sound one has exactly one."""
    return [head for head in CONDITION_HEADS if head in condition]


def _condition_head(value: Any) -> str | None:
    if isinstance(value, Document):
        heads = [head for head, model in CONDITION_MODELS.items() if isinstance(value, model)]
        return ":" + heads[0] if heads else None
    heads = heads_of(value) if isinstance(value, dict) else []
    if len(heads) != 1:
        return None
    return ":event" if heads[0] in ("page", "screen") else ":" + heads[0]


Condition = Annotated[
    Annotated[AllCondition, Tag(":all")]
    | Annotated[AnyCondition, Tag(":any")]
    | Annotated[NotCondition, Tag(":not")]
    | Annotated[EveryoneCondition, Tag(":everyone")]
    | Annotated[EventCondition, Tag(":event")]
    | Annotated[IdCondition, Tag(":id")]
    | Annotated[SampleCondition, Tag(":sample")]
    | Annotated[TraitCondition, Tag(":trait")]
    | Annotated[AudienceCondition, Tag(":audience")]
    | Annotated[AccountsCondition, Tag(":accounts")]
    | Annotated[UsersCondition, Tag(":users")]
    | Annotated[SequenceCondition, Tag(":sequence")],
    Discriminator(_condition_head),
]
