"""Definitions become a plan: everything that one run computes, in dependency order.

big_spenders, vip (names big_spenders)   ->   Plan(waves=((big_spenders,), (vip,)), ...)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from graphlib import TopologicalSorter
from zoneinfo import ZoneInfo

from audcli.definitions.documents import (
    AnyDocument,
    AudienceDocument,
    ListDocument,
    Scalar,
    SqlTraitDocument,
    TraitDocument,
)
from audcli.definitions.references import COMPUTED_TRAITS, asks_users_of_accounts, dependencies, links_users
from audcli.numbers import shortest_text
from audcli.plan.conditions import Resolver
from audcli.plan.model import All, Audience, ComputedTrait, IsKnown, NamedList, NamedTrait, Plan, Scope
from audcli.plan.walk import audiences_in, computations_in, lists_in, values_in


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
    """Plan all audiences and computed traits among the documents at one instant (UTC, without a zone).

    The documents are sound (checked by `audcli.definitions`) and hold everything that they name. Those that are not
    enabled serve those that name them; such a trait is not for storing. `failed` says by key why some cannot be
    computed. Returns the plan and, by key, why a definition is not in it: because it failed, asks for what cannot be
    computed yet, or depends on one that does.
    """
    left_out = _left_out(documents, failed)
    sound = {key: document for key, document in documents.items() if key not in left_out}
    list_documents = [each for each in documents.values() if isinstance(each, ListDocument)]
    resolver = Resolver(
        as_of,
        setting.timezone,
        {each.list: _no_texts(each) for each in list_documents},
        {key: each.of for key, each in sound.items() if isinstance(each, AudienceDocument)},
        {key: each for key, each in sound.items() if isinstance(each, TraitDocument)},
        setting.account_events,
    )
    audiences = {key: _audience(each, resolver) for key, each in sound.items() if isinstance(each, AudienceDocument)}
    traits = tuple(
        NamedTrait(key, each.of, resolver.named_trait(key))
        for key, each in sound.items()
        if isinstance(each, TraitDocument) and each.enabled
    )
    lists = {each.list: _named_list(each) for each in list_documents}
    return Plan(
        as_of=as_of,
        waves=_waves(audiences),
        known_by=setting.known_by,
        lists=tuple(lists[key] for key in sorted(_lists_named(audiences.values(), traits))),
        traits=traits,
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
        waiting.extend(keys_named_by(document, documents))
    return reached


def keys_named_by(document: AnyDocument, documents: Mapping[str, AnyDocument]) -> set[str]:
    """Give the keys of what a definition depends on itself, among them those that no definition has.

    A trait's name is the key of a computed trait, or leads to the SQL trait that has a trait of that name. A query that
    reads the values of computed traits depends on all that are enabled, and what asks about users of accounts on all
    queries that link users to accounts.
    """
    named = {dependency.key for dependency in dependencies(document)} | _linking(document, documents)
    for key, each in documents.items():
        match each:
            case SqlTraitDocument() if not named.isdisjoint(each.query.traits):
                named.add(key)
            case TraitDocument(enabled=True) if reads_computed_traits(document):
                named.add(key)
    return named


def reads_computed_traits(document: AnyDocument) -> bool:
    """Tell whether it is an SQL trait whose query reads the values of the computed traits."""
    return isinstance(document, SqlTraitDocument) and COMPUTED_TRAITS in document.query.reads


def _linking(document: AnyDocument, documents: Mapping[str, AnyDocument]) -> set[str]:
    """Give the keys of the SQL traits whose links of users to accounts matter to a definition."""
    linking = {key for key, each in documents.items() if links_users(each)}
    if not linking:
        return linking
    levels = {key: each.of for key, each in documents.items() if isinstance(each, AudienceDocument)}
    return linking if asks_users_of_accounts(document, levels) else set()


def _left_out(documents: Mapping[str, AnyDocument], failed: Mapping[str, str]) -> dict[str, str]:
    """Say by key why a definition is left out: in itself, or for one that it depends on."""
    left_out = {key: reason for key, reason in failed.items() if key in documents}
    dependents: dict[str, list[str]] = {}
    for key, document in documents.items():
        for named in sorted(_computed_names(document, documents)):
            dependents.setdefault(named, []).append(key)
    waiting = sorted(left_out)
    while waiting:
        name = waiting.pop(0)
        for key in dependents.get(name, ()):
            if key not in left_out:
                left_out[key] = f"it depends on `{name}`, which was not computed"
                waiting.append(key)
    return left_out


def _computed_names(document: AnyDocument, documents: Mapping[str, AnyDocument]) -> set[str]:
    """Give the keys of the audiences and traits that a definition names; any other trait is a custom one."""
    names = _linking(document, documents)
    queried = {(name, each.of): key for key, each in documents.items() if isinstance(each, SqlTraitDocument)
               for name in each.query.traits}  # fmt: skip
    for dependency in dependencies(document):
        match dependency.kind, documents.get(dependency.key):
            case "audience", AudienceDocument():
                names.add(dependency.key)
            case "trait", TraitDocument(of=level) if level == dependency.level:
                names.add(dependency.key)
            case "trait", _ if (dependency.key, dependency.level) in queried:
                names.add(queried[dependency.key, dependency.level])
            case _:
                pass
    if reads_computed_traits(document):
        names |= {key for key, each in documents.items() if isinstance(each, TraitDocument) and each.enabled}
    return names


def _audience(document: AudienceDocument, resolver: Resolver) -> Audience:
    here = replace(resolver, level=document.of, include_anonymous=document.include_anonymous)
    condition = here.condition(document.where)
    if document.of == "users" and not document.include_anonymous:
        parts = condition.parts if isinstance(condition, All) else (condition,)
        condition = All((*parts, IsKnown()))
    return Audience(document.audience, document.of, condition)


def _lists_named(audiences: Iterable[Audience], traits: Iterable[NamedTrait]) -> set[str]:
    conditions = [audience.condition for audience in audiences]
    values = [value for condition in conditions for value in values_in(condition)]
    computations = computations_in([*values, *(ComputedTrait(trait.computation) for trait in traits)])
    filters = [each.filter for computation in computations for each in computation.events]
    return {test.key for condition in [*conditions, *filters] for test in lists_in(condition)}


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
