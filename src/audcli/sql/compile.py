"""A plan becomes a script: shared leaves become columns of temporary tables, audiences expressions over them.

people, profiles                  who exists at A
traits, ids, last_calls           what they have besides events, as far as any audience asks
events_1, events_2 …              the counts of one event name each, for all audiences
sequence_1 …                      the profiles for which a sequence holds
wave_1, wave_2 …                  profile | one column an audience: is it a member?
"""

from __future__ import annotations

from collections.abc import Iterator

from audcli.catalog import Catalog
from audcli.plan.model import Calls, Count, Plan
from audcli.plan.walk import lists_in
from audcli.sql import entities
from audcli.sql.events import counts_pass
from audcli.sql.leaves import IDENTIFY, Leaves, collect
from audcli.sql.lists import list_table
from audcli.sql.script import ListTable, Membership, Script, Statement
from audcli.sql.sequences import sequence_statements
from audcli.sql.steps import Around
from audcli.sql.waves import wave_statement


def compile_plan(plan: Plan, catalog: Catalog) -> Script:
    """Compile a plan for a store whose calls look as the catalog says."""
    leaves = collect(plan, catalog)
    statements = [
        entities.people(),
        entities.profiles(plan.as_of, plan.known_by),
        *_entity_tables(plan, leaves, catalog),
        *_event_tables(leaves, catalog),
        *_sequence_tables(leaves, catalog),
    ]
    memberships: dict[str, Membership] = {}
    for number, audiences in enumerate(plan.waves, start=1):
        table = f"wave_{number}"
        statements.append(wave_statement(table, audiences, leaves, memberships))
        memberships |= {audience.key: Membership(table, audience.key) for audience in audiences}
    return Script(tuple(_lists(plan)), tuple(statements), memberships)


def _entity_tables(plan: Plan, leaves: Leaves, catalog: Catalog) -> Iterator[Statement]:
    if leaves.traits:
        yield entities.traits(leaves.traits, catalog.numbers[IDENTIFY], plan.as_of)
    if leaves.ids:
        yield entities.ids(leaves.ids)
    if leaves.last_calls:
        yield entities.last_calls(plan.as_of)


def _event_tables(leaves: Leaves, catalog: Catalog) -> Iterator[Statement]:
    """Make one pass over the events of each name."""
    by_calls: dict[Calls, list[tuple[Count, str]]] = {}
    for count, column in leaves.counts.items():
        by_calls.setdefault(count.calls, []).append((count, column))
    for calls, counts in by_calls.items():
        joined = leaves.tables_of_filters(count.filter for count, _ in counts)
        yield counts_pass(leaves.events[calls], calls, counts, catalog, leaves.find, joined)


def _sequence_tables(leaves: Leaves, catalog: Catalog) -> Iterator[Statement]:
    for sequence, table in leaves.sequences.items():
        joined = leaves.tables_of_filters(step.filter for step in sequence.steps)
        yield from sequence_statements(table, sequence, Around(catalog, leaves.find, tuple(joined)))


def _lists(plan: Plan) -> Iterator[ListTable]:
    sources = {source.key: source for source in plan.lists}
    tests = {list_table(test): test for audience in plan.audiences for test in lists_in(audience.condition)}
    for table, test in sorted(tests.items()):
        yield ListTable(table, sources[test.key], test.id_type)
