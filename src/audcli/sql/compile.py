"""A plan becomes a script: shared leaves become columns of temporary tables, audiences expressions over them.

people, profiles                  who exists at A
seen_accounts, account_users      which accounts do, and who belongs to them
traits, ids, last_calls …         what they have besides events, as far as any audience asks
events_1, events_2 …              the counts of one event name each, for all audiences
sequence_1 …                      the profiles for which a sequence holds
related_1 …                       account | how many of its users pass a condition; or profile | … of its accounts
wave_1, wave_2 …                  profile | one column an audience: is it a member?
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from audcli.catalog import Catalog
from audcli.plan.model import Calls, Count, Plan
from audcli.plan.walk import lists_in
from audcli.sql import entities
from audcli.sql.answers import Decided
from audcli.sql.events import counts_of_events
from audcli.sql.leaves import CARRIERS, Leaves, collect
from audcli.sql.lists import list_table
from audcli.sql.script import ListTable, Script, Statement
from audcli.sql.sequences import sequence_statements
from audcli.sql.steps import Around
from audcli.sql.waves import wave_statements

_NO_CALLS = 0
"""The number of calls that were never ingested; names of calls are numbered from 1."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A compiled plan: the script, and where its tables have what: each leaf, and what was decided from the leaves.

    Further questions about the plan's conditions are asked of these tables, once the script has run.
    """

    script: Script
    leaves: Leaves
    decided: Decided


def compile_plan(plan: Plan, catalog: Catalog) -> Compiled:
    """Compile a plan for a store whose calls look as the catalog says."""
    leaves = collect(plan, catalog)
    statements = [
        entities.people(),
        entities.profiles(plan.as_of, plan.known_by),
        *_entity_tables(plan, leaves, catalog),
        *_event_tables(leaves, catalog),
        *_sequence_tables(leaves, catalog),
    ]
    decided = Decided({}, {})
    for number, audiences in enumerate(plan.waves, start=1):
        statements.extend(wave_statements(f"wave_{number}", audiences, leaves, decided))
    return Compiled(Script(tuple(_lists(plan)), tuple(statements), decided.memberships), leaves, decided)


def _entity_tables(plan: Plan, leaves: Leaves, catalog: Catalog) -> Iterator[Statement]:
    identify, group = (catalog.numbers.get(CARRIERS[level], _NO_CALLS) for level in ("users", "accounts"))
    if leaves.accounts:
        yield entities.seen_accounts(group, plan.as_of)
        yield entities.account_users(group, plan.as_of)
    if leaves.traits["users"]:
        yield entities.traits(leaves.traits["users"], identify, plan.as_of)
    if leaves.traits["accounts"]:
        yield entities.account_traits(leaves.traits["accounts"], group, plan.as_of)
    if leaves.ids:
        yield entities.ids(leaves.ids)
    if leaves.last_calls:
        yield entities.last_calls(plan.as_of)


def _event_tables(leaves: Leaves, catalog: Catalog) -> Iterator[Statement]:
    """Make one pass over the events of each name."""
    by_calls: dict[Calls, dict[Count, str]] = {}
    for count, column in leaves.counts.items():
        by_calls.setdefault(count.calls, {})[count] = column
    for calls, counts in by_calls.items():
        joined = leaves.tables_of_filters(count.filter for count in counts)
        yield from counts_of_events(leaves.events[calls], counts, catalog, leaves.find, joined)


def _sequence_tables(leaves: Leaves, catalog: Catalog) -> Iterator[Statement]:
    for sequence, table in leaves.sequences.items():
        joined = leaves.tables_of_filters(step.filter for step in sequence.steps)
        yield from sequence_statements(table, sequence, Around(catalog, leaves.find, tuple(joined)))


def _lists(plan: Plan) -> Iterator[ListTable]:
    sources = {source.key: source for source in plan.lists}
    tests = {list_table(test): test for audience in plan.audiences for test in lists_in(audience.condition)}
    for table, test in sorted(tests.items()):
        yield ListTable(table, sources[test.key], test.id_type)
