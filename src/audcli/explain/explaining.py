"""Explain one audience for one entity: run its plan on a slice of the store, then ask for every part.

explain(store, Question("cart_abandoners", Entity("users", 7, "use_4fq…"), …), read_list)
    ->  Explanation(member=True, root=Node("all", "all of", True, children=(…)), …)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from audcli.definitions.spans import Spans
from audcli.engines import duckdb as engine
from audcli.explain.asked import Asked, Subject
from audcli.explain.change import next_change
from audcli.explain.model import Explanation
from audcli.explain.slice import sliced
from audcli.explain.tree import node_of
from audcli.explain.turning_points import turning_points
from audcli.plan.model import Condition, InAudience, Plan, RelatedAre
from audcli.plan.walk import parts_of
from audcli.sql.compile import compile_plan
from audcli.sql.queried import Queried
from audcli.sql.subjects import subject_of
from audcli.store import Store
from audcli.who import Entity


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be explained: the audience `key`, planned at any instant by `plan_at`, for one entity.

    `queried` is what SQL traits give at `as_of`, and is taken to stay so at any other instant. `spans` are those of the
    definitions in the plan; `timezone` is the project's, of calendar windows.
    """

    key: str
    entity: Entity
    as_of: datetime
    plan_at: Callable[[datetime], Plan]
    queried: Queried
    spans: Spans
    timezone: ZoneInfo


def explain(store: Store, question: Question, read_list: engine.ReadList) -> Explanation:
    """Say why an entity is or is not in an audience, and when that changes by time alone.

    The answer is that of a run: the same script, on the part of the store that bears on the entity, whose level is
    the audience's.
    """
    key, entity, catalog = question.key, question.entity, store.catalog()
    subject = Subject(subject_of(entity.level), (entity.number,))
    plan = question.plan_at(question.as_of)
    conditions = {audience.key: audience.condition for audience in plan.audiences}

    steps = _steps(conditions[key], conditions)
    with sliced(store, entity, plan.as_of, steps, linked=question.queried.links) as connection:

        def asked_at(plan: Plan) -> Asked:
            compiled = compile_plan(plan, catalog, question.queried)
            engine.run(connection, compiled.script, read_list)
            return Asked(connection, compiled, plan, catalog)

        def is_member_at(instant: datetime) -> bool:
            return asked_at(question.plan_at(instant)).is_member(subject, key)

        asked = asked_at(plan)
        asked.ask(subject.table, conditions[key])
        if not asked.considers(subject):
            return Explanation(key, entity.level, entity.key, plan.as_of, False, None)
        root = node_of(asked, subject, conditions[key])
        instants = list(turning_points(asked, question.spans, question.timezone))
        change = next_change(instants, root.holds, is_member_at)
    return Explanation(key, entity.level, entity.key, plan.as_of, root.holds, root, change=change)


def _steps(condition: Condition, conditions: dict[str, Condition]) -> int:
    """Count how often the condition goes over from profiles to accounts, or back, at the most."""
    below = [0]
    for part in parts_of(condition):
        match part:
            case RelatedAre(related):
                below.append(1 + _steps(related.condition, conditions))
            case InAudience(key):
                below.append(_steps(conditions[key], conditions))
            case _:
                pass
    return max(below)
