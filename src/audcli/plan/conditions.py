"""Conditions as written become conditions as resolved.

page: Pricing                       CountIs((Count(Calls("page", "Pricing"), ALWAYS, (A-7d, A]),), 1, None)
within: 7 days              ->
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
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
    EventSource,
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
    UsersCondition,
    UserShare,
)
from audcli.definitions.documents import (
    Condition as WrittenCondition,
)
from audcli.definitions.documents import (
    Step as WrittenStep,
)
from audcli.definitions.durations import Duration
from audcli.definitions.paths import is_field, split_path
from audcli.plan.model import (
    ALWAYS,
    All,
    AtLeast,
    CallField,
    Calls,
    Condition,
    Context,
    Count,
    CountIs,
    ExternalIds,
    InAudience,
    InSample,
    Interval,
    Level,
    Limit,
    Not,
    Property,
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
_WHOLE_CALENDAR = Limit(seconds=10_000 * 366 * 86_400, months=10_000 * 12)


class NotYetSupported(Exception):
    """A definition is sound but asks for something that this version cannot compute; the message says what."""


@dataclass(frozen=True, slots=True)
class Resolver:
    """What conditions are resolved against.

    The instant, the project's zone, the named lists' values but texts, of whom each audience is, and which events
    count for accounts unless a quantifier says so. Then what changes on the way down: `level`, of whom the condition
    at hand speaks; `scope`, which of their events count; `include_anonymous`, whether anonymous profiles are users.
    """

    as_of: datetime
    timezone: ZoneInfo
    no_texts: Mapping[str, tuple[Scalar, ...]]
    audience_levels: Mapping[str, Level]
    account_events: Scope
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

    def _trait(self, written: TraitCondition) -> ValueIs:
        if not isinstance(written.trait, str):
            raise NotYetSupported("unnamed computed traits")
        return ValueIs(trait_value(written.trait, self.level), tests_of(written, self._around({})))

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
        return Sequence(tuple(steps), _limit(written.within), self.as_of, self.scope)

    def _step(self, written: WrittenStep, position: int, names: Mapping[str, int]) -> Step:
        until_now = Interval(None, interval_of(WrittenStep(), self.as_of, self.timezone).end)
        minimum, maximum = (1, None) if written.times is None else limits_of(written.times)
        return Step(
            calls=calls_of(written),
            filter=self._filter(written.where, names),
            interval=interval_of(written, self.as_of, self.timezone) if position == 0 else until_now,
            performed=written.did,
            limit=None if position == 0 else _limit(written.within),
            elapsed=written.elapsed,
            minimum=minimum,
            maximum=maximum,
        )

    def _around(self, steps: Mapping[str, int]) -> Surroundings:
        def resolve(reference: Reference) -> Value:
            if isinstance(reference, StepReference):
                return StepProperty(steps[reference.step], event_value(reference.property))
            return trait_value(reference.trait, self.level)

        return Surroundings(self.as_of, self.timezone, resolve, self.no_texts)


def calls_of(source: EventSource) -> tuple[Calls, ...]:
    """Name the calls that an `event`, `page` or `screen` head speaks of, one entry a name, without repeats."""
    if source.page is not None:
        return (_calls("page", source.page),)
    if source.screen is not None:
        return (_calls("screen", source.screen),)
    names = [source.event] if isinstance(source.event, str) else source.event or []
    if "*" in names:
        return (Calls("track", None),)
    return tuple(Calls("track", name) for name in dict.fromkeys(names))


def event_value(path: str) -> Property | Context | CallField:
    """Resolve a path in an event: a property, or with `$` a field of the call."""
    if not is_field(path):
        return Property(split_path(path))
    names = split_path(path)
    if names[0] == "$context":
        return Context(names[1:])
    return CallField(names[0].removeprefix("$"))  # type: ignore[arg-type]


def trait_value(path: str, of: Level) -> Trait | SeenAt:
    """Resolve the path of a trait: `$first_seen` and `$last_seen` are times of calls."""
    if path == "$first_seen":
        return SeenAt("first", of)
    if path == "$last_seen":
        return SeenAt("last", of)
    return Trait(split_path(path), of)


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


def _calls(type_: str, name: str) -> Calls:
    return Calls(type_, None if name == "*" else name)


def _value_is(path: str, operators: Operators, around: Surroundings) -> ValueIs:
    return ValueIs(event_value(path), tests_of(operators, around))


_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400, "weeks": 604800}


def _limit(duration: Duration | None) -> Limit | None:
    """Give the span of a duration, cut where it is longer than all of the calendar, in which every event lies."""
    if duration is None:
        return None
    if duration.unit == "months":
        return Limit(months=min(duration.count, _WHOLE_CALENDAR.months))
    return Limit(seconds=min(duration.count * _SECONDS[duration.unit], _WHOLE_CALENDAR.seconds))
