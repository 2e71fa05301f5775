"""Definitions become a plan: everything that one run computes, in dependency order.

big_spenders, vip (names big_spenders)   ->   Plan(waves=((big_spenders,), (vip,)), ...)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from graphlib import TopologicalSorter
from zoneinfo import ZoneInfo

from audcli.definitions.documents import AnyDocument, AudienceDocument, ListDocument, Scalar, TraitDocument
from audcli.definitions.references import dependencies
from audcli.numbers import shortest_text
from audcli.plan.conditions import NotYetSupported, Resolver
from audcli.plan.model import All, Audience, IsKnown, NamedList, Plan, Scope, Trait
from audcli.plan.walk import audiences_in, lists_in, values_in


@dataclass(frozen=True, slots=True)
class Setting:
    """What of the project's settings bears on meaning.

    The zone of calendar windows, who counts as known, and which events count for an account.
    """

    timezone: ZoneInfo
    known_by: tuple[str, ...]
    account_events: Scope = "own"


def build(
    documents: Mapping[str, AnyDocument], as_of: datetime, setting: Setting, failed: Mapping[str, str]
) -> tuple[Plan, dict[str, str]]:
    """Plan all audiences among the documents at one instant (UTC, without a zone).

    The documents are sound (checked by `audcli.definitions`) and hold everything that they name. `failed` says by key
    why some cannot be computed. Returns the plan and, by key, why an audience is not in it: because it failed, asks for
    what cannot be computed yet, or names one that does.
    """
    list_documents = [each for each in documents.values() if isinstance(each, ListDocument)]
    no_texts = {each.list: _no_texts(each) for each in list_documents}
    levels = {key: each.of for key, each in documents.items() if isinstance(each, AudienceDocument)}
    resolver = Resolver(as_of, setting.timezone, no_texts, levels, setting.account_events)
    audiences: dict[str, Audience] = {}
    left_out: dict[str, str] = {key: reason for key, reason in failed.items() if key in documents}
    for key, document in documents.items():
        if isinstance(document, AudienceDocument) and key not in left_out:
            try:
                audiences[key] = _audience(document, resolver, documents)
            except NotYetSupported as unsupported:
                left_out[key] = f"this version cannot compute {unsupported}"
    _leave_dependents_out(audiences, left_out)
    lists = {each.list: _named_list(each) for each in list_documents}
    named = {test.key for audience in audiences.values() for test in lists_in(audience.condition)}
    return Plan(
        as_of=as_of,
        waves=_waves(audiences),
        known_by=setting.known_by,
        lists=tuple(lists[key] for key in sorted(named)),
    ), left_out


def with_dependencies(documents: Mapping[str, AnyDocument], keys: Iterable[str]) -> set[str]:
    """Give the keys and those of everything that they name, directly or through others."""
    reached: set[str] = set()
    waiting = list(keys)
    while waiting:
        key = waiting.pop()
        document = documents.get(key)
        if key in reached or document is None:
            continue
        reached.add(key)
        waiting.extend(dependency.key for dependency in dependencies(document))
    return reached


def _audience(document: AudienceDocument, resolver: Resolver, documents: Mapping[str, AnyDocument]) -> Audience:
    here = replace(resolver, level=document.of, include_anonymous=document.include_anonymous)
    condition = here.condition(document.where)
    for value in values_in(condition):
        if isinstance(value, Trait) and isinstance(documents.get(value.names[0]), TraitDocument):
            raise NotYetSupported("computed traits")
    if document.of == "users" and not document.include_anonymous:
        parts = condition.parts if isinstance(condition, All) else (condition,)
        condition = All((*parts, IsKnown()))
    return Audience(document.audience, document.of, condition)


def _leave_dependents_out(audiences: dict[str, Audience], left_out: dict[str, str]) -> None:
    """Take out the audiences that name one that is left out, until none is left that does."""
    while True:
        blocked = {
            key: name
            for key, audience in audiences.items()
            for name in sorted(audiences_in(audience.condition))
            if name not in audiences
        }
        if not blocked:
            return
        for key, name in blocked.items():
            del audiences[key]
            left_out[key] = f"it depends on `{name}`, which was not computed"


def _waves(audiences: Mapping[str, Audience]) -> tuple[tuple[Audience, ...], ...]:
    sorter = TopologicalSorter({key: audiences_in(each.condition) for key, each in audiences.items()})
    sorter.prepare()
    waves = []
    while sorter.is_active():
        ready = sorter.get_ready()
        waves.append(tuple(audiences[key] for key in sorted(ready)))
        sorter.done(*ready)
    return tuple(waves)


def _named_list(document: ListDocument) -> NamedList:
    values = None if document.values is None else tuple(_text_of(value) for value in document.values)
    return NamedList(document.list, values, document.file)


def _no_texts(document: ListDocument) -> tuple[Scalar, ...]:
    return tuple(value for value in document.values or () if not isinstance(value, str))


def _text_of(value: Scalar) -> str:
    match value:
        case str():
            return value
        case bool():
            return str(value).lower()
        case int() | float():
            return shortest_text(value)
        case _:
            return value.isoformat()
