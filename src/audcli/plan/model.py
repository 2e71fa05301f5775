"""The plan: what to compute, with every name resolved and every duration turned into instants.

    event: Order Completed                      CountTest(
    where: {revenue: {at_least: 100}}     ->        Count((Calls("track", "Order Completed"),), filter, interval),
    times: {at_least: 3}                            minimum=3, maximum=None)
    within: 90 days

Everything is a frozen, hashable value: two definitions that ask the same thing hold equal leaves, and that is how
work is shared. Nothing here knows an engine or any SQL.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Literal

from audcli.definitions.literals import CalendarWindow

Level = Literal["users", "accounts"]

Scope = Literal["all", "own", "tagged"]
"""Which events of a profile count: all; or for one of its accounts, those that carry the account (`tagged`), with
those that carry none (`own`)."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Instants from `start` (in) to `end` (out), UTC without a zone; None is unbounded.

    `follows` tells how the ends move on with A: at which distances they follow it, or with which windows of the
    calendar. Of an end that is A itself nothing is told.
    """

    start: datetime | None
    end: datetime | None
    follows: tuple[Limit | CalendarWindow, ...] = ()

    def meets(self, other: Interval) -> Interval:
        """Give the instants that lie in both."""
        starts = [each for each in (self.start, other.start) if each is not None]
        ends = [each for each in (self.end, other.end) if each is not None]
        return Interval(max(starts, default=None), min(ends, default=None), self.follows + other.follows)


# --- values -------------------------------------------------------------------------------------------------

Names = tuple[str, ...]
"""A path, split at its dots: `address.city` is `("address", "city")`."""

Field = Literal["timestamp", "event", "type", "message_id", "user_id", "anonymous_id", "group_id", "received_at"]


@dataclass(frozen=True, slots=True)
class Property:
    """A path into the properties of the event at hand."""

    names: Names


@dataclass(frozen=True, slots=True)
class Context:
    """A path into the context of the event at hand."""

    names: Names


@dataclass(frozen=True, slots=True)
class CallField:
    """A field of the event at hand."""

    name: Field


@dataclass(frozen=True, slots=True)
class Trait:
    """A path into a custom trait of the entity, which is a profile or an account; the first name is the trait's."""

    names: Names
    of: Level = "users"


@dataclass(frozen=True, slots=True)
class ComputedTrait:
    """A path into the value that a computation gives of the entity; of no names: the value itself.

    `key` is that of the definition, None for an unnamed one; it tells values apart for readers only.
    """

    computation: Computation
    names: Names = ()
    key: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class SeenAt:
    """The time of the entity's first or last call."""

    which: Literal["first", "last"]
    of: Level = "users"


@dataclass(frozen=True, slots=True)
class ExternalIds:
    """The entity's external ids of one type, a list of texts."""

    type: str
    of: Level = "users"


@dataclass(frozen=True, slots=True)
class StepProperty:
    """A path into the properties of the event chosen for an earlier step of the sequence at hand."""

    step: int
    value: Property | Context | CallField


Value = Property | Context | CallField | Trait | ComputedTrait | SeenAt | ExternalIds | StepProperty


# --- tests on one value -------------------------------------------------------------------------------------

Comparison = Literal["equal", "greater", "greater_or_equal", "less", "less_or_equal"]
TextRelation = Literal["equal", "contains", "starts_with", "ends_with", "matches"]


@dataclass(frozen=True, slots=True)
class Exists:
    """The value is present."""


@dataclass(frozen=True, slots=True)
class NumberIs:
    """The value, read as a number, compares so with the limit."""

    comparison: Comparison
    limit: int | float


@dataclass(frozen=True, slots=True)
class TextIs:
    """The value, read as text, stands in that relation to `text`; `fold` compares simple lower case."""

    relation: TextRelation
    text: str
    fold: bool = False


@dataclass(frozen=True, slots=True)
class BooleanIs:
    """The value, read as a boolean, is that."""

    expected: bool


@dataclass(frozen=True, slots=True)
class InstantIn:
    """The value, read as an instant, lies in the interval."""

    interval: Interval


@dataclass(frozen=True, slots=True)
class InList:
    """The value, as text, equals (or contains) one of the values of a named list.

    `id_type`: the list's values are first brought into the form of ids of that type.
    """

    key: str
    id_type: str | None = None
    contains: bool = False
    fold: bool = False


@dataclass(frozen=True, slots=True)
class ComparesWith:
    """The value compares so with another value: as numbers when both read as numbers, else by their text."""

    relation: Comparison | Literal["contains", "starts_with", "ends_with"]
    other: Value
    as_instants: bool = False
    fold: bool = False


@dataclass(frozen=True, slots=True)
class OneOf:
    """At least one of the tests holds for the same element of the value."""

    tests: tuple[ElementTest, ...]


@dataclass(frozen=True, slots=True)
class HasElement:
    """The value is a list with an element, or itself an object, that passes all of the tests."""

    tests: tuple[tuple[Names, tuple[ValueTest, ...]], ...]


@dataclass(frozen=True, slots=True)
class SizeIs:
    """The value is a list with so many elements."""

    minimum: int
    maximum: int | None


@dataclass(frozen=True, slots=True)
class Differs:
    """The value is present and the test does not hold: what the negative operators mean."""

    test: ElementTest


@dataclass(frozen=True, slots=True)
class Absent:
    """The value is absent."""


ElementTest = NumberIs | TextIs | BooleanIs | InstantIn | InList | ComparesWith | OneOf
ValueTest = ElementTest | Exists | Absent | HasElement | SizeIs | Differs


# --- conditions ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds (of no parts: always)."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """So many of the parts hold."""

    count: int
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition


@dataclass(frozen=True, slots=True)
class ValueIs:
    """A value passes all of the tests."""

    value: Value
    tests: tuple[ValueTest, ...]


@dataclass(frozen=True, slots=True)
class Calls:
    """The events of one type, and of one name or (None) of any name."""

    type: str
    name: str | None

    @property
    def words(self) -> str:
        """Say which these are: `track Order Completed`, `page *`."""
        return f"{self.type} {self.name or '*'}"


@dataclass(frozen=True, slots=True)
class Count:
    """How many of the entity's events of one name pass the filter and lie in the interval."""

    calls: Calls
    filter: Condition
    interval: Interval
    scope: Scope = "all"


@dataclass(frozen=True, slots=True)
class CountIs:
    """The counts, added up, lie from `minimum` to `maximum` (both in; None is unbounded)."""

    counts: tuple[Count, ...]
    minimum: int
    maximum: int | None


@dataclass(frozen=True, slots=True)
class InAudience:
    """The entity is a member of an audience of its own level in this same plan."""

    key: str


@dataclass(frozen=True, slots=True)
class InSample:
    """The first 13 hexadecimal digits of SHA-256 of `salt:key`, as a number, are below `below`."""

    salt: str
    below: int


@dataclass(frozen=True, slots=True)
class IsKnown:
    """The profile is a known one, not anonymous."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a sequence.

    `limit` is how long after the step before it the event may come at most. `interval` bounds the events of the step
    absolutely (of the first step: its window; of all: not later than A).
    """

    calls: tuple[Calls, ...]
    filter: Condition
    interval: Interval
    performed: bool = True
    limit: Limit | None = None
    elapsed: bool = False
    minimum: int = 1
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """A span of time: exact seconds, or calendar months."""

    seconds: int = 0
    months: int = 0


@dataclass(frozen=True, slots=True)
class Sequence:
    """Events can be chosen for the steps one after the other, the last at most `limit` after the first."""

    steps: tuple[Step, ...]
    limit: Limit | None
    as_of: datetime
    scope: Scope = "all"


@dataclass(frozen=True, slots=True)
class Related:
    """The users of an account, or the accounts of a profile (`of`), that pass the condition.

    Of users those that are not known are left out, unless `include_anonymous`.
    """

    of: Level
    condition: Condition
    include_anonymous: bool = True


@dataclass(frozen=True, slots=True)
class RelatedAre:
    """The related ones that pass are at least `count`, and at least that share (from 0 to 1) of all there are.

    Without a share there need not be any; of none a share is never reached.
    """

    related: Related
    count: int = 0
    share: Fraction | None = None


Condition = All | AtLeast | Not | ValueIs | CountIs | InAudience | InSample | IsKnown | Sequence | RelatedAre

ALWAYS = All(())


# --- computed traits ----------------------------------------------------------------------------------------

Compute = Literal[
    "count", "sum", "average", "minimum", "maximum", "most_frequent", "first", "last",
    "unique_list", "unique_count", "unique_users",
]  # fmt: skip

COUNTING: frozenset[Compute] = frozenset({"count", "sum", "unique_count", "unique_users"})
"""What is 0 in conditions where no event qualifies; everything else is absent then."""


@dataclass(frozen=True, slots=True)
class Computation:
    """What a computed trait is of each entity: one value, made of the events that are counted in `events`.

    `value` is what is read of each event, or of the profile who performed it. Of accounts, events of profiles that are
    not known are left out, unless `include_anonymous`. Computations hold others, many times over where these are named
    often, so that each remembers its hash.
    """

    compute: Compute
    of: Level
    events: tuple[Count, ...]
    value: Value | None = None
    include_anonymous: bool = True
    minimum_frequency: int = 1
    limit: int | None = None
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work the hash out once."""
        own = (self.compute, self.of, self.events, self.value)
        object.__setattr__(self, "_hash", hash((own, self.include_anonymous, self.minimum_frequency, self.limit)))

    def __hash__(self) -> int:
        """Give the hash."""
        return self._hash

    @property
    def scope(self) -> Scope:
        """Which events count: the same of every name."""
        return self.events[0].scope


# --- the plan -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Audience:
    """A named condition; its members are the considered entities for which it holds."""

    key: str
    level: Level
    condition: Condition


@dataclass(frozen=True, slots=True)
class NamedTrait:
    """A computed trait whose values a run stores."""

    key: str
    level: Level
    computation: Computation


@dataclass(frozen=True, slots=True)
class NamedList:
    """The values of a `list:` definition, or the file of the project that holds them."""

    key: str
    values: tuple[str, ...] | None
    file: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What one run computes at one instant.

    `waves`: the audiences in dependency order; those of one wave name only audiences of earlier waves. `known_by`:
    the id types that make a profile known. `lists`: the named lists that audiences and traits use. `traits`: the
    computed traits to store.
    """

    as_of: datetime
    waves: tuple[tuple[Audience, ...], ...]
    known_by: tuple[str, ...]
    lists: tuple[NamedList, ...]
    traits: tuple[NamedTrait, ...] = ()

    @property
    def audiences(self) -> tuple[Audience, ...]:
        """All audiences, in dependency order."""
        return tuple(audience for wave in self.waves for audience in wave)

    @property
    def conditions(self) -> dict[str, Condition]:
        """The condition of every audience, by key."""
        return {audience.key: audience.condition for audience in self.audiences}
