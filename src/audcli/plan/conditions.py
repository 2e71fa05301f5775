"""Conditions as written become conditions as resolved.

page: Pricing                       CountIs((Count(Calls("page", "Pricing"), ALWAYS, (A-7d, A]),), 1, None)
within: 7 days              ->
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from typing import Literal, assert_never
from zoneinfo import ZoneInfo

from audcli.definitions.documents import (
    AccountsCondition,
    AllCondition,
    AllFilters,
    AnyCondition,
    AnyFilter,
    AudienceCondition,
    EventCondition,
    EveryoneCondition,
    Filter,
    IdCondition,
    NotCondition,
    NotFilter,
    Operators,
    Reference,
    SampleCondition,
    Scalar,
    SequenceCondition,
    StepReference,
    TraitCondition,
    TraitDocument,
    UsersCondition,
    UserShare,
)
from audcli.definitions.documents import Computation as WrittenComputation
from audcli.definitions.documents import Condition as WrittenCondition
from audcli.definitions.documents import Step as WrittenStep
from audcli.definitions.paths import split_path
from audcli.plan.events import calls_of, event_value, limit_of
from audcli.plan.model import (
    ALWAYS,
    All,
    AtLeast,
    Computation,
    ComputedTrait,
    Condition,
    Count,
    CountIs,
    ExternalIds,
    InAudience,
    InSample,
    Interval,
    Level,
    Not,
    Related,
    RelatedAre,
    Scope,
    SeenAt,
    Sequence,
    Step,
    StepProperty,
    Trait,
    Value,
    ValueIs,
)
from audcli.plan.value_tests import Surroundings, limits_of, tests_of
from audcli.plan.windows import interval_of

_SAMPLE_SPACE = 16**13


@dataclass(frozen=True, slots=True)
class Resolver:
    """What conditions are resolved against.

    The instant, the project's zone, the named lists' values but texts, of whom each audience is, the computed traits
    by name, and which events count for accounts unless a quantifier says so. Then what changes on the way down:
    `level`, of whom the condition at hand speaks; `scope`, which of their events count; `include_anonymous`, whether
    anonymous profiles are users. `computations` keeps what the named traits have turned out to be.
    """

    as_of: datetime
    timezone: ZoneInfo
    no_texts: Mapping[str, tuple[Scalar, ...]]
    audience_levels: Mapping[str, Level]
    traits: Mapping[str, TraitDocument]
    account_events: Scope
    computations: dict[str, Computation] = field(default_factory=dict)
    level: Level = "users"
    scope: Scope = "all"
    include_anonymous: bool = False

    def condition(self, written: WrittenCondition) -> Condition:
        """Resolve a condition and everything below it."""
        match written:
            case AllCondition():
                return All(tuple(self.condition(part) for part in written.all))
            case AnyCondition():
                return AtLeast(written.at_least or 1, tuple(self.condition(part) for part in written.any))
            case NotCondition():
                return Not(self.condition(written.not_))
            case EveryoneCondition():
                return ALWAYS
            case EventCondition():
                return self._event(written)
            case IdCondition():
                around = replace(self._around({}), id_type=written.id)
                return ValueIs(ExternalIds(written.id, self.level), tests_of(written, around))
            case SampleCondition():
                share = Fraction(str(written.sample.percent)) / 100
                return InSample(written.sample.salt, -(-share * _SAMPLE_SPACE // 1))
            case TraitCondition():
                return self._trait(written)
            case AudienceCondition():
                return self._audience(written.audience)
            case SequenceCondition():
                return self._sequence(written)
            case AccountsCondition():
                below = replace(self, level="accounts", scope="all")
                return _quantified(written.accounts, Related("accounts", below.condition(written.where)))
            case UsersCondition():
                return self._users(written)
            case _:
                assert_never(written)

    def _event(self, written: EventCondition) -> CountIs:
        interval = interval_of(written, self.as_of, self.timezone)
        passes = self._filter(written.where, {})
        minimum, maximum = (1, None) if written.times is None else limits_of(written.times)
        counts = tuple(Count(calls, passes, interval, self.scope) for calls in calls_of(written))
        return CountIs(counts, minimum, maximum)

    def _audience(self, key: str) -> Condition:
        """Resolve the name of an audience; one of the other level asks for any of the profile's accounts or users."""
        level = self.audience_levels[key]
        if level == self.level:
            return InAudience(key)
        return RelatedAre(Related(level, InAudience(key)), count=1)

    def _users(self, written: UsersCondition) -> Condition:
        anonymous = self.include_anonymous if written.include_anonymous is None else written.include_anonymous
        scope = written.events or self.account_events
        below = replace(self, level="users", scope=scope, include_anonymous=anonymous)
        return _quantified(written.users, Related("users", below.condition(written.where), anonymous))

    def named_trait(self, key: str) -> Computation:
        """Resolve a computed trait by its key, once."""
        if key not in self.computations:
            document = self.traits[key]
            here = replace(self, level=document.of, scope="all")
            self.computations[key] = here.computation(document)
        return self.computations[key]

    def computation(self, written: WrittenComputation) -> Computation:
        """Resolve what a computed trait, named or not, computes of the entities at hand."""
        scope = (written.events or self.account_events) if self.level == "accounts" else self.scope
        interval = interval_of(written, self.as_of, self.timezone)
        passes = self._filter(written.where, {})
        value: Value | None = None
        if written.user_trait is not None:
            value = replace(self, level="users").trait_value(written.user_trait)
        elif written.property is not None:
            value = event_value(written.property)
        return Computation(
            written.compute,
            self.level,
            tuple(Count(calls, passes, interval, scope) for calls in calls_of(written)),
            value,
            include_anonymous=written.include_anonymous is not False,
            minimum_frequency=(written.minimum_frequency or 2) if written.compute == "most_frequent" else 1,
            limit=written.limit,
        )

    def trait_value(self, path: str) -> Trait | ComputedTrait | SeenAt:
        """Resolve the path of a trait of the entity at hand; a computed one hides a custom one of the same name."""
        if path == "$first_seen":
            return SeenAt("first", self.level)
        if path == "$last_seen":
            return SeenAt("last", self.level)
        names = split_path(path)
        document = self.traits.get(names[0])
        if document is not None and document.of == self.level:
            return ComputedTrait(self.named_trait(names[0]), names[1:], names[0])
        return Trait(names, self.level)

    def _trait(self, written: TraitCondition) -> ValueIs:
        match written.trait:
            case str(path):
                value: Value = self.trait_value(path)
            case unnamed:
                value = ComputedTrait(self.computation(unnamed))
        return ValueIs(value, tests_of(written, self._around({})))

    def _filter(self, written: Filter | None, steps: Mapping[str, int]) -> Condition:
        match written:
            case None:
                return ALWAYS
            case AllFilters():
                return All(tuple(self._filter(part, steps) for part in written.all))
            case AnyFilter():
                return AtLeast(1, tuple(self._filter(part, steps) for part in written.any))
            case NotFilter():
                return Not(self._filter(written.not_, steps))
            case tests:
                around = self._around(steps)
                return All(tuple(_value_is(path, each, around) for path, each in sorted(tests.items())))

    def _sequence(self, written: SequenceCondition) -> Sequence:
        names: dict[str, int] = {}
        steps = []
        for position, step in enumerate(written.sequence):
            steps.append(self._step(step, position, names))
            if step.as_ is not None:
                names = {**names, step.as_: position}
        return Sequence(tuple(steps), limit_of(written.within), self.as_of, self.scope)

    def _step(self, written: WrittenStep, position: int, names: Mapping[str, int]) -> Step:
        until_now = Interval(None, interval_of(WrittenStep(), self.as_of, self.timezone).end)
        minimum, maximum = (1, None) if written.times is None else limits_of(written.times)
        return Step(
            calls=calls_of(written),
            filter=self._filter(written.where, names),
            interval=interval_of(written, self.as_of, self.timezone) if position == 0 else until_now,
            performed=written.did,
            limit=None if position == 0 else limit_of(written.within),
            elapsed=written.elapsed,
            minimum=minimum,
            maximum=maximum,
        )

    def _around(self, steps: Mapping[str, int]) -> Surroundings:
        def resolve(reference: Reference) -> Value:
            if isinstance(reference, StepReference):
                return StepProperty(steps[reference.step], event_value(reference.property))
            return self.trait_value(reference.trait)

        return Surroundings(self.as_of, self.timezone, resolve, self.no_texts)


def _quantified(quantifier: Literal["any", "all", "none"] | UserShare, related: Related) -> Condition:
    match quantifier:
        case "any":
            return RelatedAre(related, count=1)
        case "none":
            return Not(RelatedAre(related, count=1))
        case "all":
            return RelatedAre(related, share=Fraction(1))
        case UserShare(at_least=count, at_least_percent=percent):
            return RelatedAre(related, count or 0, None if percent is None else Fraction(str(percent)) / 100)


def _value_is(path: str, operators: Operators, around: Surroundings) -> ValueIs:
    return ValueIs(event_value(path), tests_of(operators, around))
