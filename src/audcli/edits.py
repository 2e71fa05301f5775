"""What an edited definition would change: who joins, who leaves, who stays. Nothing is stored.

big_spenders with `at_least: 500` for `at_least: 200`   ->   Edit(as_of=…, changes=Changes(entered=0, exited=12, …))
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from audcli.definitions.documents import AudienceDocument
from audcli.definitions.files import File
from audcli.definitions.loader import Definitions, LoadedDocument, load_edited
from audcli.digests import documents_of
from audcli.errors import AudcliError, InvalidDefinitions, UsageError
from audcli.evaluation import evaluate
from audcli.inspection import inspector
from audcli.lost import why_lost
from audcli.project import Project
from audcli.runs import Changes, changes, last_results, members_after
from audcli.store import Store


@dataclass(frozen=True, slots=True)
class Edit:
    """What would change at the instant `as_of` against `run`, the last that computed the key (0: none has)."""

    as_of: datetime
    run: int
    changes: Changes


def effect_of_edit(
    project: Project, store: Store, key: str, edited: File, *, as_of: datetime | None, now: datetime, limit: int
) -> Edit:
    """Evaluate the audience `key` as an edited file defines it, and compare its members with those of the last run.

    It is evaluated at `as_of`, by default that of the run, so that nothing but the edit (and what was ingested since)
    shows. Definitions of other keys in the file take effect too. Raises `InvalidDefinitions` where the definition has
    errors, `UsageError` where the file has none of the key, `AudcliError` where it cannot be computed.
    """
    last = last_results(store.connection).get(key)
    run = 0 if last is None or last.run is None else last.run
    instant = as_of or (last.as_of if last is not None else None) or now
    at = instant.replace(tzinfo=UTC)
    definitions = load_edited(project.root, project.definitions_folder, edited, now=at, inspect=inspector(project))
    document = _edited(definitions, key, edited).document
    if not isinstance(document, AudienceDocument):
        raise UsageError(f"`{key}` is not an audience", hint="who joins and leaves is told of audiences")
    evaluated = evaluate(
        project, store, documents_of(definitions), [key], instant, why_lost(definitions, store.connection)
    )
    if key in evaluated.left_out:
        raise AudcliError(f"`{key}` cannot be computed: {evaluated.left_out[key]}")
    members = evaluated.compiled.script.memberships[key]
    return Edit(
        instant,
        run,
        changes(
            store.connection,
            f"select *, null as reason from ({members_after(key, run)})",
            f"""select '{document.of}' as level, {members.entity} as entity from {members.table}
                where "{members.column}" """,
            limit=limit,
        ),
    )


def _edited(definitions: Definitions, key: str, edited: File) -> LoadedDocument:
    loaded = definitions.documents.get(key)
    if loaded is not None and loaded.file == edited.name:
        return loaded
    problems = [each for each in definitions.broken.get(key, ()) if each.span.file == edited.name]
    if problems:
        raise InvalidDefinitions(f"the edited `{key}` is invalid: {problems[0].in_one_line}", hint=problems[0].hint)
    unreadable = [each for each in definitions.diagnostics if each.span.file == edited.name and each.key is None]
    reason = f": {unreadable[0].message} (line {unreadable[0].span.line})" if unreadable else ""
    raise UsageError(f"`{edited.name}` has no definition of `{key}`{reason}", hint="name the file that holds the edit")
