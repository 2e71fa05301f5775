"""A plan becomes a script: shared leaves become columns of tables, audiences expressions over these.

people, profiles                  who exists at A
seen_accounts, account_users      which accounts do, and who belongs to them
traits, ids, last_calls …         what they have besides events, as far as any audience asks
events_1, events_2 …              what is counted and read of one event name each, for all definitions
computed_1 …                      the values of computed traits
sequence_1 …                      the profiles for which a sequence holds
related_1 …                       account | how many of its users pass a condition; or profile | … of its accounts
wave_1, wave_2 …                  profile | one column an audience: is it a member?
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from audcli.catalog import Catalog
from audcli.plan.model import Computation, NamedTrait, Plan
from audcli.plan.walk import lists_in
from audcli.sql import entities
from audcli.sql.answers import Decided
from audcli.sql.computed import family_statement
from audcli.sql.homes import Family, Home
from audcli.sql.leaves import CARRIERS, Leaves, collect
from audcli.sql.lists import list_table
from audcli.sql.passes import Surroundings, pass_statements
from audcli.sql.queried import NOTHING_QUERIED, Queried
from audcli.sql.script import ListTable, Script, Statement, TraitValues
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


def compile_plan(plan: Plan, catalog: Catalog, queried: Queried = NOTHING_QUERIED) -> Compiled:
    """Compile a plan for a store whose calls look as the catalog says, with what queries gave before."""
    leaves = collect(plan, catalog, queried)
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
    values = {trait.key: _values(trait, leaves) for trait in plan.traits}
    script = Script(tuple(_lists(plan, leaves)), tuple(statements), decided.memberships, values)
    return Compiled(script, leaves, decided)


def _values(trait: NamedTrait, leaves: Leaves) -> TraitValues:
    home = leaves.homes[trait.computation]
    [entity] = home.table.keys
    return TraitValues(home.table.name, home.column, entity, home.form)


def _entity_tables(plan: Plan, leaves: Leaves, catalog: Catalog) -> Iterator[Statement]:
    identify, group = (catalog.numbers.get(CARRIERS[level], _NO_CALLS) for level in ("users", "accounts"))
    if leaves.accounts:
        yield entities.seen_accounts(group, plan.as_of)
        yield entities.account_users(group, plan.as_of, linked=leaves.queried.links)
    if leaves.traits["users"]:
        yield entities.traits(leaves.traits["users"], leaves.carried("users"), identify, plan.as_of)
    if leaves.traits["accounts"]:
        yield entities.account_traits(leaves.traits["accounts"], leaves.carried("accounts"), group, plan.as_of)
    if leaves.ids:
        yield entities.ids(leaves.ids)
    if leaves.last_calls:
        yield entities.last_calls(plan.as_of)


def _event_tables(leaves: Leaves, catalog: Catalog) -> Iterator[Statement]:
    """Make one pass over the events of each name, and of what the passes find the computed traits, stage by stage."""
    families: dict[Family, dict[Computation, Home]] = {}
    for computation, home in leaves.homes.items():
        families.setdefault(home.family, {})[computation] = home
    stages = [*(each.stage for each in leaves.asked), *leaves.stages.values()]
    for stage in sorted(set(stages)):
        for pass_, asked in leaves.asked.items():
            if pass_.stage == stage:
                joined = leaves.tables_of_filters(asked.filters(), asked.values())
                yield from pass_statements(pass_, asked, Surroundings(catalog, leaves.find, joined))
        for family, homes in families.items():
            if leaves.stages[next(iter(homes))] == stage:
                yield family_statement(family, homes, leaves.asked)


def _sequence_tables(leaves: Leaves, catalog: Catalog) -> Iterator[Statement]:
    for sequence, table in leaves.sequences.items():
        joined = leaves.tables_of_filters(step.filter for step in sequence.steps)
        yield from sequence_statements(table, sequence, Around(catalog, leaves.find, tuple(joined)))


def _lists(plan: Plan, leaves: Leaves) -> Iterator[ListTable]:
    sources = {source.key: source for source in plan.lists}
    conditions = [audience.condition for audience in plan.audiences]
    conditions += [each.filter for computation in leaves.homes for each in computation.events]
    tests = {list_table(test): test for condition in conditions for test in lists_in(condition)}
    for table, test in sorted(tests.items()):
        yield ListTable(table, sources[test.key], test.id_type)
