"""Explain one definition for one entity: run its plan on a slice of the store, then ask for every part.

explain_membership(store, Question("cart_abandoners", Entity("users", 7, "use_4fq…"), …), read_list)
    ->  Explanation(member=True, root=Node("all", "all of", True, children=(…)), …)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from audcli.engines import duckdb as engine
from audcli.explain.ahead import key_at, plan_ahead
from audcli.explain.asked import Asked, Subject
from audcli.explain.change import next_change
from audcli.explain.model import Explanation, Node
from audcli.explain.reach import reach_of, reach_of_values
from audcli.explain.slice import sliced
from audcli.explain.tree import node_of, trait_node
from audcli.explain.turning_once import Later, with_single_turns
from audcli.explain.turning_points import turning_points
from audcli.plan.model import Plan, Value
from audcli.sql.compile import compile_plan
from audcli.sql.queried import Queried
from audcli.sql.subjects import subject_of
from audcli.store import Store
from audcli.who import Entity


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be explained: the definition `key`, planned at any instant by `plan_at`, for one entity of its level.

    `queried` is what SQL traits gave at `as_of`; `timezone` is the project's, of calendar windows.
    """

    key: str
    entity: Entity
    as_of: datetime
    plan_at: Callable[[datetime], Plan]
    queried: Queried
    timezone: ZoneInfo

    @property
    def subject(self) -> Subject:
        """The entity as a row of the table of its level."""
        return Subject(subject_of(self.entity.level), (self.entity.number,))


def explain_membership(store: Store, question: Question, read_list: engine.ReadList) -> Explanation:
    """Say why an entity is or is not in an audience, and when that changes by time alone.

    The answer is that of a run: the same script, on the part of the store that bears on the entity. What SQL traits
    gave stays as it is.
    """
    key, entity, catalog = question.key, question.entity, store.catalog()
    plan = question.plan_at(question.as_of)
    condition = plan.conditions[key]
    compiled = compile_plan(plan, catalog, question.queried)
    reach = reach_of(condition, plan.conditions, compiled.leaves)

    with sliced(store, entity, plan.as_of, reach, question.queried) as connection:
        engine.run(connection, compiled.script, read_list)
        asked = Asked(connection, compiled, plan)
        asked.ask(question.subject.table, condition)
        if not asked.considers(question.subject):
            return Explanation(key, entity.level, entity.key, plan.as_of, False, None)
        root = node_of(asked, question.subject, condition)

        def run_later(plan: Plan) -> Asked:
            compiled = compile_plan(plan, catalog, question.queried)
            engine.run(connection, replace(compiled.script, lists=()), read_list)  # lists stay as they are
            return Asked(connection, compiled, plan)

        later = Later(question.plan_at, run_later)
        points = with_single_turns(turning_points(asked, question.timezone), asked, later)

        def are_members_at(instants: Sequence[datetime]) -> list[bool]:
            ahead = plan_ahead(plan, [question.plan_at(instant) for instant in instants], points)
            keys = [key_at(key, number) for number in range(len(instants))]
            return run_later(ahead).are_members(question.subject, keys)

        change = next_change((instant for each in points.values() for instant in each), root.holds, are_members_at)
    return Explanation(key, entity.level, entity.key, plan.as_of, root.holds, root, change=change)


def explain_values(
    store: Store, question: Question, traits: Mapping[str, Value], read_list: engine.ReadList
) -> Explanation:
    """Say which values the traits of a definition have of an entity, and of a computed one, which events made it."""
    key, entity, subject = question.key, question.entity, question.subject
    catalog = store.catalog()
    plan = question.plan_at(question.as_of)
    compiled = compile_plan(plan, catalog, question.queried)
    reach = reach_of_values(traits.values(), compiled.leaves)
    with sliced(store, entity, plan.as_of, reach, question.queried) as connection:
        engine.run(connection, compiled.script, read_list)
        asked = Asked(connection, compiled, plan)
        if not asked.considers(subject):
            return Explanation(key, entity.level, entity.key, plan.as_of, None, None)
        nodes = tuple(trait_node(asked, subject, name, value) for name, value in traits.items())
    root = nodes[0] if len(nodes) == 1 else Node("all", "traits", any(node.holds for node in nodes), children=nodes)
    return Explanation(key, entity.level, entity.key, plan.as_of, None, root)
