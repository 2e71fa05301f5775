"""A definition with what can be known of every value that it asks about.

{event: Order Completed, where: {price: {at_least: 9}}}
    ->  Asked(path="price", names=("price",), of=Shape of all properties of that event, place=Place(…))
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from audcli.catalog import CallShape, Catalog, Seen, Shape, combined, flattened
from audcli.definitions.conditions import TraitCondition
from audcli.definitions.documents import Level, SqlTraitDocument, TraitDocument
from audcli.definitions.events import Computation, EventSource
from audcli.definitions.loader import Definitions, LoadedDocument
from audcli.definitions.operators import Operators, StepReference, TraitReference
from audcli.definitions.paths import is_field, split_path
from audcli.definitions.places import Place, places_of
from audcli.definitions.yaml_nodes import Loc, SourceDocument

CALL_TYPES = {"event": "track", "page": "page", "screen": "screen"}
"""The type of the calls that each head of events counts."""

_CARRIERS: Mapping[Level, tuple[str, str]] = {"users": ("identify", ""), "accounts": ("group", "")}


@dataclass(frozen=True, slots=True)
class Asked:
    """A value that a definition asks about.

    `loc` is where the path is written, as the value or (`by_key`) as the key of a mapping. The value is found at
    `names` below `of`, the shape of an object; None where nothing can be known of it. `operators` is the place of the
    tests that are put to it, if any are; `level` says whose trait it is.
    """

    kind: Literal["property", "trait"]
    path: str
    names: tuple[str, ...]
    of: Shape | None
    loc: Loc
    by_key: bool = False
    operators: Place | None = None
    level: Level = "users"

    @property
    def shape(self) -> Shape | None:
        """The shape of the value, None where nothing is known or nothing was seen."""
        return None if self.of is None else below(self.of, self.names)

    @property
    def is_single(self) -> bool:
        """The value has been seen, and never was a list nor within one."""
        ways = [self.names[:depth] for depth in range(len(self.names) + 1)]
        shapes = [None if self.of is None else below(self.of, way) for way in ways]
        return all(shape is not None and "list" not in shape.kinds for shape in shapes)


@dataclass(frozen=True, slots=True)
class Reading:
    """A definition: its places as written, what it asks about, and what the store has seen (None: no store).

    `traits` are the names of the project's computed traits and of those that its queries give, `audiences` the keys
    of its audiences.
    """

    loaded: LoadedDocument
    source: SourceDocument
    places: tuple[Place, ...]
    asked: tuple[Asked, ...]
    seen: Seen | None
    traits: Mapping[Level, frozenset[str]]
    audiences: frozenset[str]


def read(loaded: LoadedDocument, definitions: Definitions, seen: Seen | None) -> Reading:
    """Find what a valid definition asks about."""
    places = tuple(places_of(loaded.kind, loaded.source.value))
    traits = _defined_traits(definitions)
    asked = () if seen is None else tuple(_asked(places, seen.catalog, traits))
    audiences = frozenset(key for key, each in definitions.documents.items() if each.kind == "audience")
    return Reading(loaded, loaded.source, places, asked, seen, traits, audiences)


def below(shape: Shape, names: Iterable[str]) -> Shape | None:
    """Follow a path through objects and lists; None where it leads to what was never seen."""
    for name in names:
        found = flattened(shape).named(name)
        if found is None or not found.kinds:
            return None
        shape = found
    return shape


def carried(catalog: Catalog, level: Level) -> Shape:
    """Give the shape of the traits that calls have carried."""
    call = catalog.calls.get(_CARRIERS[level])
    return Shape() if call is None else call.properties


def names_in(source: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Give the type of the calls that a head of events speaks of, and their names; none where any name counts."""
    head = next(head for head in CALL_TYPES if head in source)
    written = source[head]
    names = written if isinstance(written, list) else [] if written == "*" else [written]
    return CALL_TYPES[head], names


def shape_of_events(source: Mapping[str, Any], catalog: Catalog) -> CallShape:
    """Give what the properties and contexts of the events that a head speaks of look like."""
    type_, names = names_in(source)
    calls = [each for call, each in catalog.calls.items() if call[0] == type_ and (not names or call[1] in names)]
    return CallShape(combined(each.properties for each in calls), combined(each.context for each in calls))


def _defined_traits(definitions: Definitions) -> dict[Level, frozenset[str]]:
    of: dict[Level, set[str]] = {"users": set(), "accounts": set()}
    for loaded in definitions.documents.values():
        match loaded.document:
            case TraitDocument() as document:
                of[document.of].add(loaded.key)
            case SqlTraitDocument() as document:
                of[document.of].update(document.query.traits)
            case _:
                pass
    return {level: frozenset(keys) for level, keys in of.items()}


def _asked(places: Iterable[Place], catalog: Catalog, traits: Mapping[Level, frozenset[str]]) -> Iterator[Asked]:
    events: dict[Loc, CallShape] = {}
    elements: dict[Loc, Shape | None] = {}
    steps: dict[str, CallShape] = {}
    for place in places:
        if place.model is None:
            yield from _tests(place, events, elements)
        elif issubclass(place.model, EventSource):
            events[place.loc] = shape = shape_of_events(place.value, catalog)
            if isinstance(place.value.get("as"), str):
                steps[place.value["as"]] = shape
            if issubclass(place.model, Computation) and "property" in place.value:
                yield _property(place.value["property"], shape, (*place.loc, "property"))
        elif place.model is StepReference:
            yield _property(place.value["property"], steps[place.value["step"]], (*place.loc, "property"))
        elif place.model in (TraitCondition, TraitReference) and isinstance(place.value["trait"], str):
            asked = _trait(place, catalog, traits)
            elements[place.loc] = asked.shape
            yield asked


def _tests(place: Place, events: Mapping[Loc, CallShape], elements: dict[Loc, Shape | None]) -> Iterator[Asked]:
    """Give the paths of one mapping of tests: below an event, or below the elements of a list."""
    inside = place.subject == "element"
    around = None if inside else events[_nearest(place.loc, events)]
    of = elements.get(place.loc[:-1]) if inside else None
    if of is not None and "object" not in flattened(of).kinds:
        of = None
    for path, test in place.value.items():
        loc = (*place.loc, path)
        operators = test if isinstance(test, dict) else {"one_of" if isinstance(test, list) else "equals": test}
        tests = Place(loc, Operators, operators, place.level)
        if around is not None:
            asked = _property(path, around, loc, by_key=True, operators=tests)
        else:
            asked = Asked("property", path, split_path(path), of, loc, by_key=True, operators=tests)
        elements[loc] = asked.shape
        yield asked


def _property(path: str, shape: CallShape, loc: Loc, by_key: bool = False, operators: Place | None = None) -> Asked:
    names, of = split_path(path), shape.properties
    if is_field(path):
        names, of = names[1:], shape.context
        if not path.startswith("$context."):
            return Asked("property", path, names, None, loc, by_key, operators)
    return Asked("property", path, names, of if of.kinds else None, loc, by_key, operators)


def _trait(place: Place, catalog: Catalog, traits: Mapping[Level, frozenset[str]]) -> Asked:
    path = place.value["trait"]
    names = split_path(path)
    known_otherwise = is_field(path) or names[0] in traits[place.level]
    operators = place if place.model is TraitCondition else None
    of = None if known_otherwise else carried(catalog, place.level)
    return Asked("trait", path, names, of, (*place.loc, "trait"), operators=operators, level=place.level)


def _nearest(loc: Loc, events: Mapping[Loc, CallShape]) -> Loc:
    """Give the place of the events that a filter stands under."""
    return max((each for each in events if loc[: len(each)] == each), key=len)
