"""The story on one page: load the definitions, plan, compile, run, commit."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from hashlib import sha256

import pyarrow as pa

from audcli import __version__, runs
from audcli.definitions.documents import AnyDocument, AudienceDocument, ListDocument, TestDocument
from audcli.definitions.loader import Definitions, LoadedDocument, load
from audcli.diagnostics import Diagnostic, has_errors
from audcli.engines import duckdb as engine
from audcli.errors import InvalidDefinitions, UsageError
from audcli.named_lists import values_of
from audcli.plan.build import Setting, build, with_dependencies
from audcli.plan.model import Plan
from audcli.project import Project
from audcli.sql.compile import compile_plan
from audcli.sql.script import ListTable, Script
from audcli.store import Store


@dataclass(frozen=True, slots=True)
class Moment:
    """When a command runs: `now` by the clock, `as_of` the instant that it evaluates at; UTC without a zone."""

    now: datetime
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Computation:
    """A run with what it took: the statements' timings and the whole duration in seconds.

    `keyless` are the problems that belong to no key: of files that cannot be read, of documents without a sound key.
    """

    run: runs.Run
    keyless: tuple[Diagnostic, ...]
    timings: tuple[engine.Timing, ...]
    seconds: float
    committed: bool


def load_definitions(project: Project, now: datetime) -> Definitions:
    """Load all definitions of the project; `now` (UTC, without a zone) is when windows are compared at."""
    return load(project.root, project.definitions_folder, now=now.replace(tzinfo=UTC))


def compute(
    project: Project,
    store: Store,
    keys: Iterable[str],
    moment: Moment,
    *,
    strict: bool = False,
    dry_run: bool = False,
) -> Computation:
    """Evaluate the named audiences (all enabled ones if none is named) and what they depend on, and commit.

    One that fails keeps its previous result and is reported as failed; the others go through. With `strict` nothing
    is computed unless all definitions are valid. Raises `UsageError` for an unknown key, `InvalidDefinitions` with
    `strict`, and `AudcliError` for an as-of before the last one of the same keys.
    """
    started = time.perf_counter()
    definitions = load_definitions(project, moment.now)
    if strict and has_errors(definitions.diagnostics):
        raise InvalidDefinitions(_invalid(definitions), hint="`audcli validate` shows every error")
    named = tuple(keys)
    chosen = _chosen(definitions, named)
    plan, left_out = _plan(definitions, chosen, project, moment.as_of)
    script = compile_plan(plan, store.catalog()).script
    with store.transaction(keep=not dry_run):
        runs.refuse_earlier(store.connection, sorted(chosen), moment.as_of)
        timings = engine.run(store.connection, script, lambda table: _list_values(project, table))
        run = runs.commit(
            store.connection,
            list(_computed(definitions, chosen, script, left_out)),
            as_of=moment.as_of,
            started_at=moment.now,
            version=__version__,
        )
        seconds = time.perf_counter() - started
        runs.note_duration(store.connection, run, seconds)
    return Computation(run, () if named else keyless_problems(definitions), timings, seconds, not dry_run)


def _chosen(definitions: Definitions, keys: tuple[str, ...]) -> set[str]:
    """Give the keys to compute: those named and what they depend on, or all that are enabled."""
    known = {*definitions.documents, *definitions.broken}
    for key in keys:
        if key not in known:
            raise unknown_key(key, known)
        _refuse_uncomputed(key, definitions.documents.get(key))
    documents = _documents(definitions)
    if keys:
        return with_dependencies(documents, keys) | {key for key in keys if key in definitions.broken}
    enabled = {key for key, document in documents.items() if document.enabled}
    return enabled | set(definitions.broken)


def _refuse_uncomputed(key: str, loaded: LoadedDocument | None) -> None:
    """Raise `UsageError` where nothing would come of computing what the user names."""
    if loaded is None:
        return
    if not loaded.document.enabled:
        raise UsageError(f"`{key}` is disabled", hint=f"take `enabled: false` out of it in `{loaded.file}`")
    if isinstance(loaded.document, ListDocument | TestDocument):
        raise UsageError(f"`{key}` is a {loaded.kind}, which is nothing to compute", hint="name an audience")


def unknown_key(key: str, known: Iterable[str]) -> UsageError:
    """Say that no definition has the key, and which ones are near."""
    near = get_close_matches(key, sorted(known), n=3)
    hint = f"did you mean {', '.join(f'`{each}`' for each in near)}?" if near else "`audcli list` shows all keys"
    return UsageError(f"there is no definition `{key}`", hint=hint)


def _plan(definitions: Definitions, chosen: set[str], project: Project, as_of: datetime) -> tuple[Plan, dict[str, str]]:
    documents = _documents(definitions)
    needed = with_dependencies(documents, chosen)
    settings = project.settings
    setting = Setting(settings.zone, tuple(settings.identity.known_by), settings.account_events)
    return build({key: documents[key] for key in sorted(needed)}, as_of, setting)


def _documents(definitions: Definitions) -> Mapping[str, AnyDocument]:
    return {key: loaded.document for key, loaded in definitions.documents.items()}


def _list_values(project: Project, table: ListTable) -> pa.Array:
    return pa.array(values_of(table.source, table.id_type, project.inside), pa.string())


def _computed(
    definitions: Definitions, chosen: set[str], script: Script, left_out: Mapping[str, str]
) -> Iterator[runs.Computed]:
    """Say of every chosen audience where its members are, or why there are none to be had."""
    for key in sorted(chosen):
        loaded = definitions.documents.get(key)
        if loaded is None:
            reason = _first_error(definitions, key)
            yield runs.Computed(key, "audience", "users", "", "", "", None, reason)
        elif isinstance(loaded.document, AudienceDocument) and loaded.document.enabled:
            members = script.memberships.get(key)
            yield runs.Computed(
                key,
                "audience",
                loaded.document.of,
                loaded.digest,
                whole_digest(definitions, key),
                loaded.text,
                members,
                left_out.get(key),
            )


def whole_digest(definitions: Definitions, key: str) -> str:
    """Give the SHA-256 of the meaning of a definition and of everything that it depends on."""
    digests = (f"{each}:{definitions.documents[each].digest}" for each in sorted(reached_from(definitions, key)))
    return sha256("\n".join(digests).encode()).hexdigest()


def reached_from(definitions: Definitions, key: str) -> set[str]:
    """Give the key and those of everything that its definition depends on, directly or through others."""
    return with_dependencies(_documents(definitions), [key])


def keyless_problems(definitions: Definitions) -> tuple[Diagnostic, ...]:
    """Give the errors that belong to no key, behind which definitions may be hidden."""
    return tuple(each for each in definitions.diagnostics if each.severity == "error" and each.key is None)


def _first_error(definitions: Definitions, key: str) -> str:
    first = definitions.broken[key][0]
    return f"{first.message} ({first.span.file}:{first.span.line})"


def _invalid(definitions: Definitions) -> str:
    broken = sorted(definitions.broken)
    files = sorted({each.span.file for each in keyless_problems(definitions)})
    parts = [f"{len(broken)} definition{'s are' if len(broken) != 1 else ' is'} invalid: {', '.join(broken)}"]
    parts += [f"`{file}` has errors" for file in files]
    return "; ".join(parts if broken else parts[1:])
