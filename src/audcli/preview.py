"""How large an audience would be, and where its condition loses whom: evaluated now, and nothing stored.

preview(project, store, "power_users", as_of=…)
    ->  Preview(members=25, left=(Left("event: Feature Used …", 41), …), id_types=(IdType("email", 22), …), …)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from audcli.definitions.documents import Level
from audcli.definitions.loader import Definitions
from audcli.digests import documents_of
from audcli.engines.duckdb import DIALECT
from audcli.errors import AudcliError
from audcli.evaluation import Evaluated, evaluate
from audcli.explain.words import of_condition
from audcli.pipeline import sound_audience
from audcli.plan.model import All
from audcli.project import Project
from audcli.sql.asking import left_after
from audcli.sql.subjects import subject_of
from audcli.store import Store

_MEMBERS = (
    'create or replace temporary table preview_members as select {entity} as entity from {table} where "{column}"'
)

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
        select key, first(type || ':' || value order by type <> 'user_id', type <> 'email', type, value)
        from preview_members join profile_keys on profile = entity join people using (profile)
            join identifiers using (identifier)
        group by key order by key limit ?""",
    "accounts": """
        select group_id, count(profile) || case when count(profile) = 1 then ' user' else ' users' end
        from preview_members join accounts on account = entity left join account_users using (account)
        group by group_id order by group_id limit ?""",
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
    """A member: its key, and its most telling external id; of an account, how many users it has."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Preview:
    """An audience as it would be at `as_of` (UTC): of how many `considered` ones, how many are members."""

    key: str
    of: Level
    as_of: datetime
    considered: int
    members: int
    left: tuple[Left, ...]
    id_types: tuple[IdType, ...]
    sample: tuple[Sampled, ...]


def preview(
    project: Project, store: Store, definitions: Definitions, key: str, as_of: datetime, *, limit: int
) -> Preview:
    """Evaluate the audience `key` at any instant, and look at its members; `limit` of them make the sample.

    Raises `UsageError` for a key that is no sound audience, and `AudcliError` where it cannot be computed.
    """
    document = sound_audience(definitions, key)
    evaluated = evaluate(project, store, documents_of(definitions), [key], as_of, {})
    if key in evaluated.left_out:
        raise AudcliError(f"`{key}` cannot be computed: {evaluated.left_out[key]}")
    execute = store.connection.execute
    where = evaluated.compiled.script.memberships[key]
    execute(_MEMBERS.format(entity=where.entity, table=where.table, column=where.column))
    considered, left = _attrition(store, evaluated, key, document.of)
    [(members,)] = execute("select count(*) from preview_members").fetchall()
    id_types = execute(_ID_TYPES.format(people=_PEOPLE[document.of])).fetchall()
    sample = execute(_SAMPLES[document.of], [limit]).fetchall()
    return Preview(
        key,
        document.of,
        as_of,
        considered,
        members,
        left,
        tuple(IdType(*row) for row in id_types),
        tuple(Sampled(*row) for row in sample),
    )


def _attrition(store: Store, evaluated: Evaluated, key: str, of: Level) -> tuple[int, tuple[Left, ...]]:
    """Say how many are considered, and how many are left after each part of the top `all`."""
    condition = next(each.condition for each in evaluated.plan.audiences if each.key == key)
    parts = condition.parts if isinstance(condition, All) else (condition,)
    compiled = evaluated.compiled
    query = left_after(subject_of(of), parts, compiled.leaves, compiled.decided)
    [(considered, *left)] = store.connection.execute(query.sql(DIALECT)).fetchall()
    words = (of_condition(part) for part in parts)
    return considered, tuple(Left(*each) for each in zip(words, left, strict=True))
