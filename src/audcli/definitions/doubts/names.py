"""Names that no call has carried yet: events, properties, traits, types of ids.

event: Order Complete   ->   warning[event-never-seen]: no event `Order Complete` has been ingested
"""

from __future__ import annotations

from collections.abc import Iterator

from audcli.catalog import Catalog, Seen, Shape, flattened
from audcli.definitions.conditions import IdCondition
from audcli.definitions.documents import Level, SqlTraitDocument, TraitDocument
from audcli.definitions.doubts.reading import CALL_TYPES, Asked, Reading, below, carried, names_in
from audcli.definitions.events import EventSource
from audcli.definitions.places import Place
from audcli.definitions.reporting import Prose, nearest, report
from audcli.definitions.together import across
from audcli.diagnostics import Diagnostic


def unseen_names(reading: Reading, seen: Seen) -> Iterator[Diagnostic]:
    """Warn of every name that nothing ingested so far has."""
    for place in reading.places:
        if place.model is not None and issubclass(place.model, EventSource):
            yield from _events(place, reading, seen.catalog)
        elif place.model is IdCondition and place.level == "users" and place.value["id"] not in seen.id_types:
            name = place.value["id"]
            span = reading.source.span_of((*place.loc, "id"))
            yield report("id-type-never-seen", span, name=name, nearest=nearest(name, seen.id_types))
    for asked in reading.asked:
        is_audience = asked.kind == "trait" and asked.names[0] in reading.audiences  # which has a warning of its own
        if asked.of is not None and asked.shape is None and not is_audience:
            yield _unseen(asked, asked.of, reading, seen.catalog)
    yield from _hidden(reading, seen.catalog)


def _events(place: Place, reading: Reading, catalog: Catalog) -> Iterator[Diagnostic]:
    type_, names = names_in(place.value)
    head = next(head for head in CALL_TYPES if head in place.value)
    for position, name in enumerate(names):
        if (type_, name) in catalog.calls:
            continue
        loc = (*place.loc, head, position) if isinstance(place.value[head], list) else (*place.loc, head)
        otherwise = [head for head, type_ in CALL_TYPES.items() if (type_, name) in catalog.calls]
        hint = nearest(name, [each for kind, each in catalog.calls if kind == type_])
        if otherwise:
            hint = Prose(f"a {otherwise[0]} of that name has been: write `{otherwise[0]}`")
        yield report("event-never-seen", reading.source.span_of(loc), kind=Prose(head), name=name, nearest=hint)


def _unseen(asked: Asked, of: Shape, reading: Reading, catalog: Catalog) -> Diagnostic:
    """Say which name of the path leads nowhere, and which ones would lead somewhere."""
    depth = next(depth for depth in range(len(asked.names)) if below(of, asked.names[: depth + 1]) is None)
    above = below(of, asked.names[:depth])
    known = [name for name, shape in flattened(above).names.items() if shape.kinds] if above else []
    hint = None
    if asked.kind == "trait" and depth == 0:
        known += [name for names in reading.traits.values() for name in names]
        other: Level = "users" if asked.level == "accounts" else "accounts"
        if below(carried(catalog, other), asked.names) is not None:
            hint = Prose(f"{other} have had it; {across(asked.level)}")
    code = f"{asked.kind}-never-seen"
    span = (reading.source.key_span_of if asked.by_key else reading.source.span_of)(asked.loc)
    whom = Prose("no account" if asked.level == "accounts" else "nobody")
    return report(code, span, path=asked.path, whom=whom, nearest=hint or nearest(asked.names[depth], known))


def _hidden(reading: Reading, catalog: Catalog) -> Iterator[Diagnostic]:
    """Warn of a computed trait, or one that a query gives, that takes the name of one that calls carry."""
    names: tuple[str, ...]
    match reading.loaded.document:
        case TraitDocument() as document:
            names, span, kind = (document.trait,), reading.loaded.span, Prose("computed trait")
        case SqlTraitDocument() as document:
            names, span, kind = document.query.traits, reading.source.span_of(("sql",)), Prose("SQL trait")
        case _:
            return
    for name in names:
        shape = carried(catalog, document.of).names.get(name)
        if shape is not None and shape.kinds:
            call = Prose("identify" if document.of == "users" else "group")
            yield report("trait-hidden", span, name=name, kind=kind, call=call)
