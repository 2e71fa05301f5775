"""Runs what is to be computed; a definition at which the engine fails is found and left out, and the others go through.

{"a", "b", "c"}, of which the engine cannot compute b   ->   a and c in tables, {"b": "there is not enough memory …"}
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from audcli.definitions.documents import AnyDocument, SqlTraitDocument, TraitDocument
from audcli.engines import duckdb as engine
from audcli.errors import AudcliError
from audcli.laps import Laps
from audcli.named_lists import read_file, values_of
from audcli.plan.build import Setting, build, reads_computed_traits, with_dependencies
from audcli.plan.model import Plan
from audcli.project import Project
from audcli.querying import SECONDS, Circumstance, QueryResults, keep_computed_traits, run_queries
from audcli.sql.compile import Compiled, compile_plan
from audcli.sql.fusing import fused
from audcli.sql.script import ListTable, TraitValues
from audcli.store import Store

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What was computed: the plan as it ran, the timings, and by key why a definition is not in it."""

    plan: Plan
    compiled: Compiled
    timings: tuple[engine.Timing, ...]
    left_out: Mapping[str, str]
    queries: QueryResults

    @property
    def values(self) -> Mapping[str, Mapping[str, TraitValues]]:
        """Where the values of traits stand, by the key of the definition and the name of the trait."""
        return {**{key: {key: values} for key, values in self.compiled.script.values.items()}, **self.queries.values}


def evaluate(
    project: Project,
    store: Store,
    documents: Mapping[str, AnyDocument],
    keys: Collection[str],
    as_of: datetime,
    failed: Mapping[str, str],
    *,
    sql_timeout: float = SECONDS,
    laps: Laps | None = None,
    results_alone: bool = False,
) -> Evaluated:
    """Evaluate the definitions of these keys at one instant; the results stand in the work database afterwards.

    `documents` are all valid definitions, `failed` says by key which may not be computed and why, `sql_timeout` how
    many seconds a query of an SQL trait may take; `laps` is told when a step ends. With `results_alone` no other
    tables stand there, which takes less time. Raises `AudcliError` where the engine fails whatever is computed.
    """
    laps = laps or Laps()
    queries = run_needed_queries(project, store, documents, keys, as_of, failed, sql_timeout=sql_timeout)
    laps.end("run queries of SQL traits")
    task = _Task(project, store, documents, as_of, {**failed, **queries.failed}, queries, results_alone, laps)
    try:
        return _attempt(task, keys)
    except AudcliError:
        # What fails when there is nothing to compute is no definition's fault.
        _attempt(task, ())
    reasons = _culprits(task, sorted(keys))
    apart = {
        key: reason
        for key, reason in reasons.items()
        if not (with_dependencies(documents, [key]) - {key}) & reasons.keys()
    }
    return _attempt(replace(task, failed={**task.failed, **apart}), keys)


def run_needed_queries(
    project: Project,
    store: Store,
    documents: Mapping[str, AnyDocument],
    keys: Collection[str],
    as_of: datetime,
    failed: Mapping[str, str],
    *,
    sql_timeout: float = SECONDS,
) -> QueryResults:
    """Run the queries of the SQL traits among the definitions of these keys and what they depend on.

    Those that read computed traits come after the others, since computed traits may compare with what these give.
    """
    results = QueryResults()
    needed = {key: documents[key] for key in sorted(with_dependencies(documents, keys)) if key not in failed}
    queries = {key: each for key, each in needed.items() if isinstance(each, SqlTraitDocument)}
    around = Circumstance(project, store, as_of, sql_timeout)
    first = {key: each for key, each in queries.items() if not reads_computed_traits(each)}
    if first:
        run_queries(first, around, results)
    last = {key: each for key, each in queries.items() if key not in first}
    if last:
        reason = _compute_traits(
            _Task(project, store, documents, as_of, {**failed, **results.failed}, results, results_alone=True)
        )
        if reason is None:
            run_queries(last, around, results)
        else:
            results.failed.update(dict.fromkeys(last, reason))
    return results


@dataclass(frozen=True, slots=True)
class _Task:
    """What stays the same when fewer definitions are tried."""

    project: Project
    store: Store
    documents: Mapping[str, AnyDocument]
    as_of: datetime
    failed: Mapping[str, str]
    queries: QueryResults
    results_alone: bool
    laps: Laps = field(default_factory=Laps)


def _compute_traits(task: _Task) -> str | None:
    """Put the values of all computed traits where queries find them; say why where one of them cannot be computed."""
    keys = [key for key, each in task.documents.items() if isinstance(each, TraitDocument) and each.enabled]
    try:
        computed = _attempt(task, keys)
    except AudcliError as error:
        return error.message
    left_out = [key for key in keys if key in computed.left_out]
    if left_out:
        return f"it depends on `{left_out[0]}`, which was not computed"
    keep_computed_traits(task.store, computed.plan.traits, computed.compiled.script.values)
    return None


def plan_of(
    project: Project,
    documents: Mapping[str, AnyDocument],
    keys: Collection[str],
    as_of: datetime,
    failed: Mapping[str, str],
) -> tuple[Plan, dict[str, str]]:
    """Plan the definitions of these keys, and what they depend on; with it, by key, why some are not in the plan."""
    settings = project.settings
    setting = Setting(settings.zone, tuple(settings.identity.known_by), settings.account_events)
    needed = {key: documents[key] for key in sorted(with_dependencies(documents, keys))}
    return build(needed, as_of, setting, failed)


def _attempt(task: _Task, keys: Collection[str]) -> Evaluated:
    plan, left_out = plan_of(task.project, task.documents, keys, task.as_of, task.failed)
    task.laps.end("plan")
    compiled = compile_plan(plan, task.store.catalog(), task.queries.queried)
    if task.results_alone:
        compiled = replace(compiled, script=fused(compiled.script))
    task.laps.end("compile")
    store = task.store
    timings = engine.run_on_cores(
        store.threads, store.connection, store.another_connection, compiled.script, list_reader(task.project)
    )
    task.laps.end("run statements")
    return Evaluated(plan, compiled, timings, left_out, task.queries)


def list_reader(project: Project) -> engine.ReadList:
    """Give what reads the values of lists of definitions and files; a file that several tables need is read once."""
    contents: dict[str, bytes] = {}

    def read(table: ListTable) -> pa.Array:
        import pyarrow as pa

        source = table.source
        if source.file is not None and source.key not in contents:
            contents[source.key] = read_file(source.key, project.inside(source.file))
        return pa.array(values_of(source, table.id_type, contents.get(source.key, b"")), pa.string())

    return read


def _culprits(task: _Task, keys: Sequence[str]) -> dict[str, str]:
    """Find, by halves, the definitions that fail without the others, and why."""
    try:
        _attempt(task, keys)
    except AudcliError as error:
        if len(keys) == 1:
            return {keys[0]: error.message}
        half = len(keys) // 2
        return _culprits(task, keys[:half]) | _culprits(task, keys[half:])
    return {}
