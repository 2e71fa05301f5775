"""The question that a run does not answer: why is this one in the audience, or not?

explain(project, store, definitions, "cart_abandoners", "ann", now=now)   ->   Explanation(member=True, root=Node(…), …)
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from audcli.definitions.documents import AudienceDocument, SqlTraitDocument, TraitDocument
from audcli.definitions.loader import Definitions
from audcli.digests import documents_of
from audcli.errors import AudcliError
from audcli.evaluation import list_reader, plan_of, run_needed_queries
from audcli.explain import Explanation, Question, explain_membership, explain_values
from audcli.lost import why_lost
from audcli.pipeline import sound_definition
from audcli.plan.model import ComputedTrait, Plan, Trait, Value
from audcli.project import Project
from audcli.runs.membership import membership_of
from audcli.store import Store
from audcli.who import find_entity


def explain(
    project: Project,
    store: Store,
    definitions: Definitions,
    key: str,
    who: str,
    *,
    as_of: datetime | None = None,
    now: datetime,
) -> Explanation:
    """Say why `who` is or is not in an audience at `as_of`, or which value of a trait it has and what made it.

    The default is the as-of of the last run of the key, else `now`. Raises `UsageError` for a key that is no sound
    audience or trait, and `AudcliError` where nobody is `who`.
    """
    document = sound_definition(definitions, key)
    entity = find_entity(store.connection, who, document.of)
    last = membership_of(store.connection, key, entity)
    instant = as_of or (now if last is None else last.as_of)
    documents = documents_of(definitions)
    lost = why_lost(definitions, store.connection)
    queries = run_needed_queries(project, store, documents, [key], instant, lost)

    def plan_at(at: datetime) -> Plan:
        plan, left_out = plan_of(project, documents, {key}, at, {**lost, **queries.failed})
        if key in left_out:
            raise AudcliError(f"`{key}` cannot be explained: {left_out[key]}")
        return plan

    question = Question(key, entity, instant, plan_at, queries.queried, project.settings.zone)
    if not isinstance(document, AudienceDocument):
        return explain_values(store, question, _traits(document, plan_at(instant)), list_reader(project))
    return replace(explain_membership(store, question, list_reader(project)), last_run=last)


def _traits(document: TraitDocument | SqlTraitDocument, plan: Plan) -> dict[str, Value]:
    """Give the values that a definition of traits is about, by name."""
    if isinstance(document, SqlTraitDocument):
        return {name: Trait((name,), document.of) for name in document.query.traits}
    return {trait.key: ComputedTrait(trait.computation) for trait in plan.traits if trait.key == document.trait}
