"""`audcli ingest`: event exports go into the store, each call once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from audcli.cli import render
from audcli.cli.invocation import Invocation, clock
from audcli.cli.progress import showing_progress

if TYPE_CHECKING:
    from audcli.ingest import FileSummary, IngestSummary, TableMapping

NAME = "ingest"
HELP = """Ingest files, folders and globs of calls into the store; `-` is standard input.

JSON lines (`.jsonl`, `.ndjson`, `.json`), one call a line, CSV and Parquet, a call
a row; all but Parquet also with `.gz` or `.zst`. The same call goes in once,
however often it is ingested; what cannot be used is kept with its reason.

Example: `audcli ingest users.csv --as identify --map userId=id`
"""

_ROWS = "Rows of CSV and Parquet (docs/ingest.md)"


def _of_rows(flag: str, metavar: str, help: str) -> Any:
    return typer.Option(flag, metavar=metavar, help=help, rich_help_panel=_ROWS)


def run(
    invocation: Invocation,
    paths: Annotated[list[str], typer.Argument(metavar="PATH", help="Files, folders, globs, or -.")],
    strict: Annotated[bool, typer.Option("--strict", help="Any reject leaves the store as it was.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go in; store nothing.")] = False,
    as_: Annotated[str | None, _of_rows("--as", "TYPE", "track, page, screen, identify or group.")] = None,
    map_: Annotated[list[str] | None, _of_rows("--map", "NEW=COLUMN", "What a column is in the call.")] = None,
    keep: Annotated[str | None, _of_rows("--keep", "COLUMN,…", "The only properties or traits.")] = None,
    drop: Annotated[str | None, _of_rows("--drop", "COLUMN,…", "Columns to leave out.")] = None,
    event: Annotated[str | None, _of_rows("--event", "NAME", "For rows without an event.")] = None,
    time: Annotated[str | None, _of_rows("--time", "INSTANT", "For rows without a time.")] = None,
    mapping: Annotated[Path | None, _of_rows("--mapping", "FILE", "All of these as YAML, by file and call.")] = None,
) -> None:
    """Ingest, then say per file and in total what became of every record."""
    from audcli.ingest import IngestOptions, ingest

    flags = {"type_": as_, "columns": map_ or [], "keep": keep, "drop": drop, "event": event, "time": time}
    tables = _tables(mapping, flags)
    project = invocation.find_project()
    identity = project.settings.identity
    options = IngestOptions(
        strict=strict,
        dry_run=dry_run,
        blocked_values=tuple(identity.blocked_values),
        external_ids=identity.external_ids,
        tables=tables,
    )
    with (
        invocation.open_store(project, write=True, create=True) as store,
        showing_progress(invocation.voice()) as progress,
    ):
        summary = ingest(store, paths, options, now=clock(), progress=progress)
    voice = invocation.voice()
    if voice.json:
        render.document(_as_document(summary))
    elif not voice.quiet:
        _show(summary)
    _say_what_is_wrong(voice, summary)
    if not voice.json:
        _say_what_was_left(voice, summary)
    if summary.failed:
        raise typer.Exit(1)


def _tables(mapping: Path | None, flags: dict[str, Any]) -> tuple[TableMapping, ...]:
    """Give what rows become, by a file or by flags; nothing where neither says it."""
    from audcli.errors import UsageError
    from audcli.ingest import TableMapping, mapping_of_flags

    given = any(value not in (None, []) for value in flags.values())
    if mapping is None:
        return (TableMapping("*", (mapping_of_flags(**flags),)),) if given else ()
    if given:
        raise UsageError("`--mapping` says all of it", hint="write the other flags into the file, or leave it out")
    from audcli.mapping_files import read_mapping

    return read_mapping(mapping)


def _as_document(summary: IngestSummary) -> dict[str, object]:
    return {
        "stored": summary.stored,
        "files": [_file(file) for file in summary.files],
        "total": _file(summary.total),
    }


def _file(file: FileSummary) -> dict[str, object]:
    return {
        "file": file.file,
        "read": file.read,
        "accepted": file.accepted,
        "duplicate": file.duplicate_ids + file.duplicate_content,
        "duplicate_by_message_id": file.duplicate_ids,
        "duplicate_by_content": file.duplicate_content,
        "rejected": file.rejects,
        "rejected_by_reason": dict(file.rejected),
        "error": file.error,
    }


def _show(summary: IngestSummary) -> None:
    shown = summary.files if len(summary.files) == 1 else (*summary.files, summary.total)
    render.table(
        ["file", "read", "accepted", "duplicate", "rejected"],
        [(f.file, f.read, f.accepted, f.duplicate_ids + f.duplicate_content, f.rejects) for f in shown],
        numbers=["read", "accepted", "duplicate", "rejected"],
    )


def _say_what_is_wrong(voice: render.Voice, summary: IngestSummary) -> None:
    """Name the files that gave nothing, and warn of those that repeat calls."""
    for file in summary.files:
        if file.error is not None:
            render.error(voice, file.error, hint="nothing of this file was stored")
        elif file.gave_no_call:
            render.error(voice, f"`{file.file}` gave no call at all")
        if file.repeated_content:
            calls = "1 call" if file.repeated_content == 1 else f"{file.repeated_content:,} calls"
            render.warning(
                voice,
                f"`{file.file}` repeats {calls} without a `messageId` word for word",
                hint="each counts once; give calls that are not the same a `messageId`",
            )


def _say_what_was_left(voice: render.Voice, summary: IngestSummary) -> None:
    """Count the rejects by reason, and tell where nothing was stored: both are in the document too."""
    for reason, count in summary.total.rejected.items():
        render.note(voice, f"rejected {count:,} × {reason}")
    if not summary.stored:
        render.note(voice, "the store is as it was")
