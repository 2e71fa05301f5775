"""How large an audience would be and where its condition loses whom, or who has which values; nothing is stored.

preview(project, store, "power_users", as_of=…)
    ->  Preview(members=25, left=(Left("event: Feature Used …", 41), …), id_types=(IdType("email", 22), …), …)
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from audcli.definitions.documents import Level
from audcli.definitions.loader import Definitions
from audcli.digests import documents_of
from audcli.engines.duckdb import DIALECT
from audcli.errors import AudcliError
from audcli.evaluation import Evaluated, evaluate
from audcli.explain.words import of_condition
from audcli.lost import why_lost
from audcli.numbers import shortest_json, shortest_text
from audcli.pipeline import sound_definition
from audcli.plan.model import All
from audcli.project import Project
from audcli.sql.asking import left_after
from audcli.sql.script import TraitValues
from audcli.sql.subjects import subject_of
from audcli.store import Store

# The profiles of whom ids are counted: the members, or the users of the accounts that are members.
_PEOPLE = {
    "users": "select entity as profile from preview_members",
    "accounts": "select distinct profile from account_users join preview_members on entity = account",
}

_ID_TYPES = """
    select type, count(distinct profile)
    from ({people}) join people using (profile) join identifiers using (identifier)
    group by type order by count(distinct profile) desc, type"""

_SAMPLES = {
    "users": """
        select entity, key, first(type || ':' || value order by type <> 'user_id', type <> 'email', type, value), null
        from preview_members join profile_keys on profile = entity join people using (profile)
            join identifiers using (identifier)
        group by entity, key order by key limit ?""",
    "accounts": """
        select entity, group_id, null, count(profile)
        from preview_members join accounts on account = entity left join account_users using (account)
        group by entity, group_id order by group_id limit ?""",
    "accounts of no known users": """
        select entity, group_id, null, null from preview_members join accounts on account = entity
        order by group_id limit ?""",
}


@dataclass(frozen=True, slots=True)
class Left:
    """A part of the condition's top `all`, in words, and how many are left when it and all before it are asked."""

    part: str
    left: int


@dataclass(frozen=True, slots=True)
class IdType:
    """An id type, and how many members have an id of it; of an account audience, how many users of its members."""

    id_type: str
    count: int


@dataclass(frozen=True, slots=True)
class Sampled:
    """A member, or who has a value: its key, and of a profile its most telling external id.

    `users` is how many profiles belong to an account, where the definition asks who does. `values` are those of the
    traits asked about, as JSON texts, by name.
    """

    key: str
    name: str | None
    users: int | None
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Valued:
    """A trait, and how many have a value of it."""

    trait: str
    count: int


@dataclass(frozen=True, slots=True)
class Preview:
    """A definition as it would be at `as_of` (UTC): how many are members, or have a value of any of its traits.

    Of an audience, `considered` says of how many, and `left` how these are lost; of traits, `values` how many have one.
    """

    key: str
    of: Level
    as_of: datetime
    members: int
    considered: int | None
    left: tuple[Left, ...]
    values: tuple[Valued, ...]
    id_types: tuple[IdType, ...]
    sample: tuple[Sampled, ...]


def preview(
    project: Project, store: Store, definitions: Definitions, key: str, as_of: datetime, *, limit: int
) -> Preview:
    """Evaluate the audience or trait `key` at any instant, and look at its members; `limit` of them make the sample.

    Raises `UsageError` for a key that is no sound definition, and `AudcliError` where it cannot be computed.
    """
    document = sound_definition(definitions, key)
    evaluated = evaluate(
        project, store, documents_of(definitions), [key], as_of, why_lost(definitions, store.connection)
    )
    if key in evaluated.left_out:
        raise AudcliError(f"`{key}` cannot be computed: {evaluated.left_out[key]}")
    traits = evaluated.values.get(key, {})
    execute = store.connection.execute
    execute(f"create or replace temporary table preview_members as {_members(evaluated, key)}")
    considered, left = (None, ()) if traits else _attrition(store, evaluated, key, document.of)
    [(members,)] = execute("select count(*) from preview_members").fetchall()
    has_users = document.of == "users" or evaluated.compiled.leaves.accounts
    id_types = execute(_ID_TYPES.format(people=_PEOPLE[document.of])).fetchall() if has_users else []
    return Preview(
        key,
        document.of,
        as_of,
        members,
        considered,
        left,
        tuple(Valued(name, _count(store, values)) for name, values in traits.items()),
        tuple(IdType(*row) for row in id_types),
        tuple(_sample(store, document.of if has_users else "accounts of no known users", traits, limit)),
    )


def _members(evaluated: Evaluated, key: str) -> str:
    """Select the numbers of the members of an audience, or of those who have a value of a trait."""
    membership = evaluated.compiled.script.memberships.get(key)
    if membership is not None:
        return f'select {membership.entity} as entity from {membership.table} where "{membership.column}"'
    return " union ".join(
        f'select {values.entity} as entity from {values.table} where "{values.column}" is not null'
        for values in evaluated.values[key].values()
    )


def _attrition(store: Store, evaluated: Evaluated, key: str, of: Level) -> tuple[int, tuple[Left, ...]]:
    """Say how many are considered, and how many are left after each part of the top `all`."""
    condition = evaluated.plan.conditions[key]
    parts = condition.parts if isinstance(condition, All) else (condition,)
    compiled = evaluated.compiled
    query = left_after(subject_of(of), parts, compiled.leaves, compiled.decided)
    [(considered, *left)] = store.connection.execute(query.sql(DIALECT)).fetchall()
    words = (of_condition(part) for part in parts)
    return considered, tuple(Left(*each) for each in zip(words, left, strict=True))


def _count(store: Store, values: TraitValues) -> int:
    query = f'select count("{values.column}") from {values.table}'
    [(count,)] = store.connection.execute(query).fetchall()
    return int(count)


def _sample(store: Store, of: str, traits: Mapping[str, TraitValues], limit: int) -> Iterator[Sampled]:
    rows = store.connection.execute(_SAMPLES[of], [limit]).fetchall()
    entities = [entity for entity, *_ in rows]
    found = {name: _values(store, values, entities) for name, values in traits.items()}
    for entity, key, name, users in rows:
        yield Sampled(key, name, users, {trait: by[entity] for trait, by in found.items() if entity in by})


def _values(store: Store, values: TraitValues, entities: list[int]) -> dict[int, str]:
    """Give the values of some entities as JSON texts."""
    rows = store.connection.execute(
        f"""select {values.entity}, "{values.column}" from {values.table}
            where "{values.column}" is not null and list_contains(?, {values.entity})""",
        [entities],
    ).fetchall()
    match values.form:
        case "json":
            return {entity: shortest_json(text) for entity, text in rows}
        case "number":
            return {entity: shortest_text(value) for entity, value in rows}
        case "text" | "list":
            return {entity: json.dumps(value, ensure_ascii=False) for entity, value in rows}
