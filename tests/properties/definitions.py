"""Random definitions over the grammar of the contract's sections 5, 6, 8 and, on request, 9, 10 and 11.

Dealer(deal, as_of).definitions(20)
    ->  [{"audience": "c0", "where": {"event": "A", "times": 2, "within": "1 day"}}, …]
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Any

from properties.aimed import FIELDS, aimed_computation, aimed_event, aimed_sequence, aimed_trait, head_of
from properties.calls import EVENTS
from properties.probes import paths_in
from properties.values import (
    CALENDAR,
    DURATIONS,
    EXPRESSIONS,
    LONGER_AND_SHORTER,
    NAMED_LISTS,
    TEXTS,
    instant,
    literal,
    number_literal,
    text_literal,
    yaml_date,
)
from reference.calls import Call
from reference.snapshot import Snapshot

PROPERTY_PATHS = ["p", "p", "q", "o", "o.x", "o.x.y", "l", "l.x", "l.x.y", "p.x", r"a\.b", r"\$p", r"\all", "none"]
TRAIT_PATHS = ["plan", "plan", "age", "o", "o.x", "l", "l.x", "l.x.y", "total", "none", "$first_seen", "$last_seen"]
TRAIT_PATHS += [r"\$first_seen"]
ID_TYPES = ["user_id", "anonymous_id", "email", "phone", "ios.idfa"]
ID_LITERALS: list[Any] = ["u1", " u1 ", "7", 7, "d1", "ONE@x.com", "one", "@X.com", "+491711234567", "a", "null"]
SOURCES: list[dict[str, Any]] = [{"event": name} for name in [*EVENTS, "A", "B", "*", "*", ["A", "B"], ["A"], "none"]]
SOURCES += [{"page": "A"}, {"page": "*"}, {"screen": "A"}, {"screen": "*"}]
CASELESS = [*TEXTS, "é", "É", "İ", "i", "ας", "ΑΣ", "ß", "ss", "TRUE", "1E21"]
ABOUT_PROPERTY = ["sum", "average", "minimum", "maximum", "most_frequent", "first", "last", "unique_list"]
ABOUT_PROPERTY += ["unique_count"]

Mapping = dict[str, Any]
LISTS: list[Mapping] = [{"list": key, "values": values} for key, values in NAMED_LISTS.items()]


@dataclass(frozen=True)
class Dealer:
    """Deals definitions; the flags say which parts of the language.

    `steps` and `audiences` are the names there are to refer to, `events` and `carriers` the calls there are with
    properties and with traits, at which about half of the conditions are aimed; `seen` are values within them.
    """

    deal: Random
    as_of: datetime
    sequences: bool = False
    computed: bool = False
    accounts: bool = False
    level: str = "users"
    steps: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    seen: tuple[Any, ...] = ()
    events: tuple[Call, ...] = ()
    carriers: tuple[Call, ...] = ()
    snapshot: Snapshot | None = None

    def definitions(self, size: int) -> list[Mapping]:
        """Deal audiences `c0`, `c1`, …, of which later ones may name earlier ones, and the lists that they name."""
        dealt: list[Mapping] = list(LISTS)
        if self.computed:
            levels = {"total": "users", "age": "users", "o": "accounts" if self.accounts else "users"}
            for number, (key, level) in enumerate(levels.items()):
                here, later = replace(self, level=level), set(list(levels)[number:])
                computations = iter(here.computation, None)
                computed = next(each for each in computations if not _names_a_trait(each, later))
                dealt.append({"trait": key, "of": level, **computed})
        for number in range(size):
            level = "accounts" if self.accounts and self.deal.random() < 0.5 else "users"
            here = replace(self, level=level, audiences=tuple(f"c{earlier}" for earlier in range(number)))
            where = here.condition(3 if self.accounts else 2)
            definition: Mapping = {"audience": f"c{number}", "of": level, "where": where}
            if self.deal.random() < 0.6:
                definition["include_anonymous"] = True
            dealt.append(definition)
        return dealt

    def traits(self, size: int) -> list[Mapping]:
        """Deal computed traits `total`, `t0`, `t1`, …; filters and accounts refer to `total` now and then."""
        computations = iter(replace(self, level="users").computation, None)
        total = next(each for each in computations if not _names_a_trait(each, {"total"}))
        dealt: list[Mapping] = [*LISTS, {"trait": "total", **total}]
        for number in range(size):
            level = "accounts" if self.accounts and self.deal.random() < 0.6 else "users"
            dealt.append({"trait": f"t{number}", "of": level, **replace(self, level=level).computation()})
        return dealt

    def condition(self, depth: int) -> Mapping:
        """Deal a condition of section 8 that may stand in a definition of this level."""
        if depth and self.deal.random() < 0.25:
            some = [self.condition(depth - 1) for _ in range(self.deal.choice([1, 2, 2, 3]))]
            at_least = {"any": some, "at_least": self.deal.randint(1, len(some))}
            return self.deal.choice([{"all": some}, {"any": some}, at_least, {"not": some[0]}])
        heads = {self._trait: 4, self._plain: 1, self._audience: 1, self._inline_trait: 3 * self.computed}
        if self.level == "users":
            heads |= {self._event: 12, self._id: 2, self._sequence: 8 * self.sequences}
        if self.accounts and depth:
            heads |= {self._quantifier: 3 if self.level == "users" else 12}
        return self.deal.choices(list(heads), list(heads.values()))[0](depth)

    def _plain(self, depth: int) -> Mapping:
        """`everyone`, `sample`, and of accounts their id."""
        heads: list[Mapping] = [{"everyone": True}]
        heads += [{"sample": {"percent": percent, "salt": "s"}} for percent in (0, 12.5, 50, 100)]
        if self.level == "accounts":
            heads += [{"id": "group_id", "equals": "acme"}, {"id": "group_id", "not_equals": "acme"}]
        return self.deal.choice(heads)

    def _audience(self, depth: int) -> Mapping:
        return {"audience": self.deal.choice(self.audiences)} if self.audiences else {"everyone": True}

    def _event(self, depth: int) -> Mapping:
        if self.events and self.deal.random() < 0.7:
            return aimed_event(self.deal, list(self.events), self.as_of)
        times = {"times": self.quantity()} if self.deal.random() < 0.4 else {}
        return {**self.source(), **self.window(), **times}

    def _trait(self, depth: int) -> Mapping:
        carriers = [call for call in self.carriers if (call.type == "group") == (self.level == "accounts")]
        if carriers and self.deal.random() < 0.6:
            return aimed_trait(self.deal, carriers, self.as_of)
        return {"trait": self.deal.choice(TRAIT_PATHS), **self.operators(1)}

    def _inline_trait(self, depth: int) -> Mapping:
        if self.snapshot and self.deal.random() < 0.7:
            return aimed_computation(self.deal, self.computation(), self.snapshot, self.level)
        return {"trait": self.computation(), **self.operators(1)}

    def _id(self, depth: int) -> Mapping:
        """Section 8, `id: TYPE` + operators."""
        deal, several = self.deal, self.deal.choices(ID_LITERALS, k=self.deal.randint(1, 3))
        single = ["equals", "not_equals", "contains", "not_contains", "starts_with", "ends_with"]
        found = deal.choice(
            [
                {deal.choice(single): several[0]},
                {deal.choice(single): several[0]},
                {deal.choice(["one_of", "none_of"]): deal.choice([several, {"list": "list_of_people"}])},
                {"exists": deal.random() < 0.5},
                {"size": self.quantity()},
                {"matches": deal.choice(["^u[12]$", "x", "[0-9]"])},
            ]
        )
        return {"id": deal.choice(ID_TYPES), **found}

    def _quantifier(self, depth: int) -> Mapping:
        """Section 9: `accounts:` in a condition on a profile, `users:` in one on an account."""
        quantifiers: list[Any] = ["any", "all", "none"]
        if self.level == "users":
            where = replace(self, level="accounts").condition(depth - 1)
            return {"accounts": self.deal.choice(quantifiers), "where": where}
        quantifiers += [{"at_least": count} for count in (0, 1, 2)]
        quantifiers += [{"at_least_percent": share} for share in (0, 50, 100)]
        where = replace(self, level="users").condition(depth - 1)
        return {"users": self.deal.choice(quantifiers), "where": where, **self._account_events()}

    def _account_events(self) -> Mapping:
        chosen: Mapping = {"events": self.deal.choice(["own", "tagged", "all"])} if self.deal.random() < 0.6 else {}
        return chosen | ({"include_anonymous": self.deal.random() < 0.5} if self.deal.random() < 0.5 else {})

    def _sequence(self, depth: int) -> Mapping:
        """Section 10: two to four steps, some of them negated, with references to earlier ones."""
        if self.events and self.deal.random() < 0.6:
            return aimed_sequence(self.deal, list(self.events), self.as_of)
        deal = self.deal
        steps: list[Mapping] = [{**self.source(0.3), **self.window(), **deal.choice([{}, {"as": "s0"}])}]
        count = deal.choice([1, 1, 2, 3])
        for number in range(1, count + 1):
            named = tuple(step["as"] for step in steps if "as" in step)
            step = replace(self, steps=named).source(0.7 if named else 0.3)
            if deal.random() < 0.7:
                step["within"] = deal.choice(DURATIONS)
            if deal.random() < 0.35:
                step |= {"did": False, **({"elapsed": True} if "within" in step and deal.random() < 0.5 else {})}
            elif number == count and deal.random() < 0.4:
                step["times"] = self.quantity()
            elif deal.random() < 0.5:
                step["as"] = f"s{number}"
            steps.append(step)
        return {"sequence": steps, **deal.choice([{}, {}, {"within": "1 week"}, {"within": "1 month"}])}

    def source(self, filtered: float = 0.6) -> Mapping:
        """Deal a head `event`, `page` or `screen`, and in that share what the properties must be."""
        where = {"where": self.filter(2)} if self.deal.random() < filtered else {}
        return {**self.deal.choice(SOURCES), **where}

    def filter(self, depth: int) -> Mapping:
        """Deal a `where` under an event."""
        if depth and self.deal.random() < 0.3:
            some = [self.filter(depth - 1) for _ in range(self.deal.choice([1, 2]))]
            return self.deal.choice([{"all": some}, {"any": some}, {"not": some[0]}])
        paths = [*PROPERTY_PATHS, *PROPERTY_PATHS, *FIELDS, "$context.page.url"]
        return {path: self.test(1) for path in self.deal.sample(paths, self.deal.choice([1, 1, 1, 2]))}

    def window(self) -> Mapping:
        """Section 5: deal at most one kind of window."""
        deal = self.deal
        one, other = sorted((instant(deal, self.as_of), instant(deal, self.as_of)))
        return deal.choice(
            [
                {},
                {},
                {},
                {},
                {"within": deal.choice(DURATIONS)},
                {"within": deal.choice(DURATIONS)},
                {"between": deal.choice(LONGER_AND_SHORTER)},
                {"older_than": deal.choice(DURATIONS)},
                {"since": self.date()},
                {"until": self.date()},
                {"since": one, "until": other} if one < other else {"since": one},
                {"during": deal.choice(CALENDAR)},
            ]
        )

    def date(self) -> Any:
        """Deal a date literal, quoted or not."""
        quoted = instant(self.deal, self.as_of).strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")
        return self.deal.choice([yaml_date(self.deal, self.as_of), quoted])

    def quantity(self) -> Any:
        """Deal limits on a count that can be met together."""
        low, more = self.deal.randrange(3), self.deal.randrange(3)
        return self.deal.choice(
            [
                low,
                {"at_least": low},
                {"at_most": low},
                {"exactly": low},
                {"more_than": low},
                {"less_than": low + 1},
                {"at_least": low, "at_most": low + more},
                {"more_than": low, "less_than": low + 2 + more},
            ]
        )

    def test(self, depth: int) -> Any:
        """Section 6: deal what may stand under a path: a shorthand, or one or two operators."""
        if self.deal.random() < 0.2:
            return self.deal.choice([self._literal(), self._literals()])
        if self.deal.random() < 0.2:
            return {**self.operators(0, ignoring_case=False), **self.operators(0, ignoring_case=False)}
        return self.operators(depth)

    def operators(self, depth: int, ignoring_case: bool = True) -> Mapping:
        """Section 6, the table: deal one operator with its operand."""
        deal = self.deal
        part, number, one = self._text_part(), self._seen_or(number_literal, int | float), self._literal()
        families: list[tuple[list[str], list[Any]]] = [
            (["equals", "not_equals"], [one, one, one, self.reference()]),
            (["one_of", "none_of"], [self._literals(), self._literals(), {"list": deal.choice(list(NAMED_LISTS))}]),
            (["greater_than", "at_least", "less_than", "at_most"], [number, number, self.reference()]),
            (["contains", "starts_with", "ends_with"], [part, part, self.reference()]),
            (["not_contains"], [part]),
            (["contains_any"], [[part, self._text_part()], {"list": deal.choice(list(NAMED_LISTS))}]),
            (["matches"], [deal.choice(EXPRESSIONS)]),
            (["exists"], [True, False]),
            (["before", "after", "on_or_before", "on_or_after"], [self.date(), self.date(), self.reference()]),
            (["on"], [self.date()]),
            (["during"], [deal.choice(CALENDAR)]),
            (["within_last", "before_last", "within_next", "after_next"], [deal.choice(DURATIONS)]),
            (["size"], [self.quantity()]),
        ]
        if depth:
            paths = deal.sample(["x", "y", "x.y", "none"], deal.choice([1, 1, 2]))
            families.append((["has"], [{path: self.test(depth - 1) for path in paths}]))
        if ignoring_case and deal.random() < 0.1:
            return self._without_case()
        names, operands = deal.choice([*families, *families[:4]])
        return {deal.choice(names): deal.choice(operands)}

    def _literals(self) -> list[Any]:
        return [self._literal() for _ in range(self.deal.randint(1, 3))]

    def _literal(self) -> Any:
        return self._seen_or(literal, str | int | float)

    def _text_part(self) -> Any:
        if self.deal.random() < 0.3:
            return self._seen_or(number_literal, int | float)
        text = self._seen_or(text_literal, str)
        start = self.deal.randrange(3)
        return text[start : start + 3] if self.deal.random() < 0.3 else text

    def _seen_or(self, other: Callable[[Random, datetime], Any], kind: Any) -> Any:
        """Deal a literal that occurs in the calls, or any other."""
        seen = [
            one
            for one in self.seen
            if isinstance(one, kind) and not (isinstance(one, bool) and kind != str | int | float)
        ]
        return self.deal.choice(seen) if seen and self.deal.random() < 0.6 else other(self.deal, self.as_of)

    def _without_case(self) -> Mapping:
        deal, text = self.deal, self.deal.choice(CASELESS)
        single = ["equals", "not_equals", "contains", "not_contains", "starts_with", "ends_with"]
        found: Mapping = deal.choice(
            [
                {deal.choice(single): text},
                {deal.choice(["one_of", "none_of", "contains_any"]): [text, deal.choice(CASELESS)]},
                {"matches": deal.choice(["ABC", "^A", "PRO$"])},
            ]
        )
        return {**found, "ignore_case": True}

    def reference(self) -> Mapping:
        """Section 6: refer to a trait of the same entity, or to a property of an earlier step's event."""
        if self.steps and self.deal.random() < 0.7:
            path = self.deal.choice([*PROPERTY_PATHS, "$timestamp", "$type"])
            return {"step": self.deal.choice(self.steps), "property": path}
        return {"trait": self.deal.choice(TRAIT_PATHS)}

    def computation(self) -> Mapping:
        """Section 11: deal what a computed trait computes, named or not."""
        deal, here = self.deal, replace(self, steps=(), computed=False)
        scope = self._account_events() if self.level == "accounts" else {}
        if self.events and deal.random() < 0.7:
            event = deal.choice(self.events)
            where = {**head_of(deal, event), **deal.choice([{}, here.window()]), **scope}
            paths = [path for path, _ in paths_in(event.properties)] or ["none"]
        else:
            where = {**here.source(0.3), **here.window(), **scope}
            paths = [*PROPERTY_PATHS, "$timestamp", "$event", "$user_id"]
        if deal.random() < 0.2:
            of_users = self.level == "accounts" and deal.random() < 0.5
            return {"compute": "unique_users" if of_users else "count", **where}
        kind = deal.choice(ABOUT_PROPERTY)
        if self.level == "accounts" and deal.random() < 0.2:
            return {"compute": kind, "user_trait": deal.choice(TRAIT_PATHS), **where}
        options = {"most_frequent": [{}, {"minimum_frequency": 1}], "unique_list": [{}, {"limit": 1}]}
        return {"compute": kind, "property": deal.choice(paths), **deal.choice(options.get(kind, [{}])), **where}


def _names_a_trait(part: Any, keys: set[str]) -> bool:
    """Tell whether a part of a definition refers to the trait of one of these keys."""
    match part:
        case {"trait": str(path)} if path.partition(".")[0] in keys:
            return True
        case dict():
            return any(_names_a_trait(each, keys) for each in part.values())
        case list():
            return any(_names_a_trait(each, keys) for each in part)
        case _:
            return False
