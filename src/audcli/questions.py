"""The question that a run does not answer: why is this one in the audience, or not?

explain(project, store, "cart_abandoners", "ann", None, now)   ->   Explanation(member=True, root=Node(…), …)
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from audcli.definitions.spans import spans_of
from audcli.digests import documents_of, reached_from
from audcli.errors import AudcliError
from audcli.evaluation import list_reader, plan_of, run_needed_queries
from audcli.explain import Explanation, Question
from audcli.explain import explain as explain_question
from audcli.pipeline import load_definitions, sound_audience
from audcli.plan.model import Plan
from audcli.project import Project
from audcli.runs.membership import membership_of
from audcli.store import Store
from audcli.who import find_entity


def explain(project: Project, store: Store, key: str, who: str, as_of: datetime | None, now: datetime) -> Explanation:
    """Say why `who` is or is not in an audience at `as_of`, by default that of its last run, else now.

    Raises `UsageError` for a key that is no sound audience, and `AudcliError` where nobody is `who`.
    """
    definitions = load_definitions(project, now)
    document = sound_audience(definitions, key)
    entity = find_entity(store.connection, who, document.of)
    last = membership_of(store.connection, key, entity)
    instant = as_of or (now if last is None else last.as_of)
    documents = documents_of(definitions)
    queries = run_needed_queries(project, store, documents, {key}, instant, {})

    def plan_at(at: datetime) -> Plan:
        plan, left_out = plan_of(project, documents, {key}, at, queries.failed)
        if key in left_out:
            raise AudcliError(f"`{key}` cannot be explained: {left_out[key]}")
        return plan

    spans = spans_of(documents[each] for each in reached_from(definitions, key))
    question = Question(key, entity, instant, plan_at, queries.queried, spans, project.settings.zone)
    explanation = explain_question(store, question, list_reader(project))
    return replace(explanation, last_run=last)
