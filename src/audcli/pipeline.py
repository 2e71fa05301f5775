"""The story on one page: load the definitions, plan, compile, run, commit."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches

from audcli import __version__, runs
from audcli.definitions.documents import (
    AudienceDocument,
    SqlTraitDocument,
    TraitDocument,
)
from audcli.definitions.loader import Definitions, load
from audcli.diagnostics import Diagnostic, has_errors, in_reading_order
from audcli.digests import documents_of, files_read, source_files, whole_digest
from audcli.engines import duckdb as engine
from audcli.errors import AudcliError, InvalidDefinitions, UsageError
from audcli.evaluation import Evaluated, evaluate
from audcli.inspection import inspector
from audcli.laps import Laps
from audcli.lost import lost_dependencies, why_lost
from audcli.plan.build import with_dependencies
from audcli.project import Project
from audcli.querying import SECONDS
from audcli.sql.script import Script
from audcli.store import Store

Computable = AudienceDocument | TraitDocument | SqlTraitDocument
"""The definitions of which something is computed."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a command runs: `now` by the clock, `as_of` the instant that it evaluates at; UTC without a zone."""

    now: datetime
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Computation:
    """A run with what it took, in seconds: each step, each statement, and the whole.

    `keyless` are the problems of no key that is computed: files that cannot be read, documents without a sound key,
    invalid lists and tests. `script` is what ran.
    `skipped` says by key how many rows of a query had an id that nobody has.
    """

    run: runs.Run
    keyless: tuple[Diagnostic, ...]
    steps: Mapping[str, float]
    timings: tuple[engine.Timing, ...]
    script: Script
    seconds: float
    committed: bool
    skipped: Mapping[str, int]


def load_definitions(project: Project, at: datetime) -> Definitions:
    """Load all definitions of the project; `at` (UTC, without a zone) is when the ends of `between` are compared.

    That is the as-of of what is to be evaluated, so that it gives the same on any day, and else the present moment.
    """
    instant = at.replace(tzinfo=UTC)
    return load(project.root, project.definitions_folder, now=instant, inspect=inspector(project))


def validate(project: Project, store: Store | None, now: datetime) -> tuple[Definitions, list[Diagnostic]]:
    """Load all definitions; give them with every error, and every warning that they and the store give cause for.

    `now` is UTC without a zone. Without a store nothing is said about what it has seen.
    """
    from audcli.definitions.doubts import doubts_about  # of no use to a run, whose start it would delay

    definitions = load_definitions(project, now)
    seen = None if store is None else store.seen()
    lost = [] if store is None else lost_dependencies(definitions, store.connection)
    doubtless = {each.key for each in lost}
    doubts = (each for each in doubts_about(definitions, seen, now.replace(tzinfo=UTC)) if each.key not in doubtless)
    return definitions, in_reading_order([*definitions.diagnostics, *lost, *doubts])


def compute(
    project: Project,
    store: Store,
    keys: Iterable[str],
    moment: Moment,
    *,
    strict: bool = False,
    dry_run: bool = False,
    reuse: Collection[str] = (),
    definitions: Definitions | None = None,
    sql_timeout: float = SECONDS,
    laps: Laps | None = None,
    asked: str | None = None,
) -> Computation:
    """Evaluate the named definitions (all enabled ones if none is named) and what they depend on, and commit.

    One that fails keeps its previous result and is reported as failed; the others go through. With `strict` nothing
    is computed unless all definitions are valid. `reuse` are the keys that may begin anew as another kind,
    `definitions` those of the project where they are loaded already, `sql_timeout` how many seconds each query of an
    SQL trait may take; `laps` holds the steps that were taken before, `asked` is a key that is to be
    among those computed. Raises `UsageError` for an unknown key and where it is not, `InvalidDefinitions` with
    `strict`, and `AudcliError` for an as-of before the last one of the same keys.
    """
    started = time.perf_counter()
    laps = laps or Laps()
    definitions = definitions or load_definitions(project, moment.as_of)
    if strict and has_errors(definitions.diagnostics):
        raise InvalidDefinitions(_invalid(definitions), hint="`audcli validate` shows every error")
    laps.end("load definitions")
    named = tuple(keys)
    chosen = _chosen(definitions, named)
    if asked is not None and asked not in chosen:
        raise unknown_key(asked, chosen)
    for key in () if definitions.unreadable else reuse:
        if key not in definitions.kinds:
            raise unknown_key(key, definitions.kinds)
    files = files_read(definitions, project)
    computable = _computable(definitions)
    failed = {**why_lost(definitions, store.connection), **runs.other_kinds(store.connection, computable, reuse)}
    runs.refuse_earlier(store.connection, sorted(chosen), moment.as_of)
    laps.end("read the ledger")
    evaluated = evaluate(
        project, store, documents_of(definitions), chosen & computable.keys(), moment.as_of, failed,
        sql_timeout=sql_timeout, laps=laps, results_alone=True,
    )  # fmt: skip
    inputs = {("list", each.key): files[each.key] for each in evaluated.plan.lists if each.key in files}
    sources = source_files(definitions, project)
    inputs |= {("source", name): sources[name] for name in evaluated.queries.relations if name in sources}
    with store.transaction(keep=not dry_run, gathering=runs.ends_many(store.connection)):
        run = runs.commit(
            store.connection,
            list(_computed(definitions, chosen, evaluated, files)),
            runs.Circumstances(moment.as_of, moment.now, __version__, inputs),
            defined=None if named or definitions.unreadable else {*computable, *definitions.broken},
            laps=laps,
        )
        seconds = time.perf_counter() - started
        runs.note_duration(store.connection, run, seconds)
    laps.end("commit")
    return Computation(
        run,
        () if named else (*keyless_problems(definitions), *_problems_beside(definitions)),
        laps.seconds,
        evaluated.timings,
        evaluated.compiled.script,
        seconds=seconds,
        committed=not dry_run,
        skipped=evaluated.queries.skipped,
    )


def sql_of(computation: Computation, key: str) -> str:
    """Give the SQL that ran for one audience or computed trait: all statements that its result was made by.

    Raises `AudcliError` where none did: of what failed, and of an SQL trait, whose query is its own.
    """
    script = computation.script
    place = script.memberships.get(key) or script.values.get(key)
    if place is None:
        raise AudcliError(f"no SQL of audcli's own ran for `{key}`", hint=f"`audcli show {key}` says what it is")
    return engine.sql_for(script, place.table)


def _computable(definitions: Definitions) -> dict[str, tuple[str, str]]:
    """Give the kind and level of every valid definition of which something is computed."""
    return {
        key: (loaded.kind, loaded.document.of)
        for key, loaded in definitions.documents.items()
        if isinstance(loaded.document, Computable)
    }


def _chosen(definitions: Definitions, keys: tuple[str, ...]) -> set[str]:
    """Give the keys to compute: those named and what they depend on, or all that are enabled."""
    known = {*definitions.documents, *definitions.broken}
    for key in keys:
        if key not in known:
            raise unknown_key(key, known)
        _refuse_uncomputed(definitions, key)
    documents = documents_of(definitions)
    if keys:
        return with_dependencies(documents, keys) | {key for key in keys if key in definitions.broken}
    enabled = {key for key, document in documents.items() if document.enabled}
    return enabled | (definitions.broken.keys() - _uncomputed(definitions))


def _uncomputed(definitions: Definitions) -> set[str]:
    """Give the keys of definitions of which nothing is computed: lists and tests."""
    return {key for key, kind in definitions.kinds.items() if kind in ("list", "test")}


def _refuse_uncomputed(definitions: Definitions, key: str) -> None:
    """Raise `UsageError` where nothing would come of computing what the user names."""
    if key in _uncomputed(definitions):
        kind = definitions.kinds[key]
        raise UsageError(f"`{key}` is a {kind}, which is nothing to compute", hint="name an audience or a trait")
    loaded = definitions.documents.get(key)
    if loaded is not None and not loaded.document.enabled:
        raise UsageError(f"`{key}` is disabled", hint=f"take `enabled: false` out of it in `{loaded.file}`")


def unknown_key(key: str, known: Iterable[str]) -> UsageError:
    """Say that no definition has the key, and which ones are near."""
    near = get_close_matches(key, sorted(known), n=3)
    hint = f"did you mean {', '.join(f'`{each}`' for each in near)}?" if near else "`audcli list` shows all keys"
    return UsageError(f"there is no definition `{key}`", hint=hint)


def sound_definition(definitions: Definitions, key: str) -> AudienceDocument | TraitDocument | SqlTraitDocument:
    """Give the audience or trait of that key; raises `UsageError` where there is none, or it is invalid."""
    if key in definitions.broken:
        raise UsageError(f"`{key}` is invalid: {first_error(definitions, key)}", hint="`audcli validate` shows more")
    loaded = definitions.documents.get(key)
    if loaded is None:
        raise unknown_key(key, {*definitions.documents, *definitions.broken})
    if not isinstance(loaded.document, AudienceDocument | TraitDocument | SqlTraitDocument):
        raise UsageError(f"`{key}` is a {loaded.kind}, and not computed", hint="`audcli list` shows what is")
    return loaded.document


def _computed(
    definitions: Definitions, chosen: set[str], evaluated: Evaluated, files: Mapping[str, str]
) -> Iterator[runs.Computed]:
    """Say of every chosen definition where its members or values are, or why there are none to be had."""
    for key in sorted(chosen):
        loaded = definitions.documents.get(key)
        if loaded is None:
            reason = first_error(definitions, key)
            kind = definitions.kinds.get(key, "audience")
            yield runs.Computed(key, kind, "users", "", "", "", None, reason)
        elif isinstance(loaded.document, Computable) and loaded.document.enabled:
            yield runs.Computed(
                key,
                loaded.kind,
                loaded.document.of,
                loaded.digest,
                whole_digest(definitions, key, files),
                loaded.text,
                evaluated.compiled.script.memberships.get(key),
                evaluated.left_out.get(key),
                evaluated.values.get(key),
                evaluated.queries.origins.get(key),
            )


def keyless_problems(definitions: Definitions) -> tuple[Diagnostic, ...]:
    """Give the errors that belong to no key, behind which definitions may be hidden."""
    return tuple(each for each in definitions.diagnostics if each.severity == "error" and each.key is None)


def _problems_beside(definitions: Definitions) -> Iterator[Diagnostic]:
    """Give the first error of every definition of which nothing is computed, and which so is in no result."""
    for key in sorted(_uncomputed(definitions) & definitions.broken.keys()):
        yield definitions.broken[key][0]


def first_error(definitions: Definitions, key: str) -> str:
    """Say in one line what is wrong with an invalid definition, and where."""
    return definitions.broken[key][0].in_one_line


def _invalid(definitions: Definitions) -> str:
    broken = sorted(definitions.broken)
    files = sorted({each.span.file for each in keyless_problems(definitions)})
    parts = [f"{len(broken)} definition{'s are' if len(broken) != 1 else ' is'} invalid: {', '.join(broken)}"]
    parts += [f"`{file}` has errors" for file in files]
    return "; ".join(parts if broken else parts[1:])
