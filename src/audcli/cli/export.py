"""`audcli export`: an audience or a trait as a file that an ad platform, e-mail tool or CRM takes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from audcli.cli import render
from audcli.cli.export_summary import advise, sum_up, warn_of_no_ids
from audcli.cli.invocation import Invocation, clock
from audcli.cli.progress import showing_export

if TYPE_CHECKING:
    from audcli.definitions.loader import Definitions
    from audcli.export import ExportOptions, Users
    from audcli.listing import Status
    from audcli.project import Project
    from audcli.store import Store

NAME = "export"
HELP = """Write an audience or a trait, as its last committed run has it, as CSV.

Example: `audcli export big_spenders --format single-column --match meta --output emails.csv`
"""

_ESTIMATE_FROM_SECONDS = 2.0
_SINGLE = "Single column"

Format = Annotated[
    Literal["unformatted", "indexed", "single-column", "expanded"],
    typer.Option(
        help="One row each with ids as JSON; with ids as columns; one column of hashes; for traits: expanded."
    ),
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where; - is standard output, the default.")
]
Columns = Annotated[str, typer.Option(metavar="TRAIT,…", help="Traits to add as columns; account.TRAIT for users.")]
ExpandUsers = Annotated[
    bool, typer.Option("--expand-users", help="Of accounts: rows of their users, key,account,external_ids.")
]
MaxRows = Annotated[int | None, typer.Option(metavar="N", min=1, help="Split into numbered files of N rows.")]
IdType = Annotated[
    str | None, typer.Option(metavar="TYPE", help="Which ids. [default: email]", rich_help_panel=_SINGLE)
]
Match = Annotated[
    str | None,
    typer.Option(
        metavar="PLATFORM", help="By the rules of google, meta, tiktok, … or google-2026-07.", rich_help_panel=_SINGLE
    ),
]
Raw = Annotated[
    bool, typer.Option("--raw", help="Normalise the values, but do not hash them.", rich_help_panel=_SINGLE)
]
Upper = Annotated[bool, typer.Option("--upper", help="Write hashes in upper case.", rich_help_panel=_SINGLE)]
Region = Annotated[
    str | None,
    typer.Option(metavar="XX", help="Where phone numbers without a country code are from.", rich_help_panel=_SINGLE),
]
Header = Annotated[
    str | None, typer.Option(metavar="TEXT", help="Another header than the id type.", rich_help_panel=_SINGLE)
]
NoHeader = Annotated[bool, typer.Option("--no-header", help="Leave the header out.", rich_help_panel=_SINGLE)]
LineEnding = Annotated[Literal["crlf", "lf"], typer.Option(help="How lines end.")]
Strict = Annotated[bool, typer.Option("--strict", help="Write nothing and end with 1 unless the result is live.")]


def run(
    invocation: Invocation,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The audience or trait.")],
    format: Format = "unformatted",
    output: Output = None,
    columns: Columns = "",
    expand_users: ExpandUsers = False,
    max_rows: MaxRows = None,
    line_ending: LineEnding = "crlf",
    strict: Strict = False,
    id_type: IdType = None,
    match: Match = None,
    raw: Raw = False,
    upper: Upper = False,
    default_region: Region = None,
    header: Header = None,
    no_header: NoHeader = False,
) -> None:
    """Export, and sum up on standard error when a file was written."""
    from audcli.export import ExportOptions

    options = ExportOptions(
        format=format,
        line_ending=line_ending,
        id_type=id_type,
        match=match,
        raw=raw,
        upper=upper,
        default_region=default_region,
        header=header,
        no_header=no_header,
        max_rows=max_rows,
        columns=tuple(name.strip() for name in columns.split(",") if name.strip()),
    )
    place = None if output == Path("-") else output
    _export(invocation, key, options, place, expand_users=expand_users, strict=strict)


def _export(
    invocation: Invocation, key: str, options: ExportOptions, output: Path | None, *, expand_users: bool, strict: bool
) -> None:
    from audcli.errors import UsageError
    from audcli.export import definitions_shown, expected_seconds, export_key
    from audcli.listing import status_of
    from audcli.pipeline import load_definitions
    from audcli.who import id_types

    if invocation.json and output is None:
        raise UsageError(
            "`--json` gives the summary, and the file needs a place of its own", hint="add `--output FILE`"
        )
    voice = invocation.voice()
    project = invocation.find_project()
    definitions = load_definitions(project, clock())
    if expand_users:
        options = replace(options, users=_users(project, definitions, key))
    with invocation.open_store(project, write=False) as store:
        _refuse_place_of(store, output)
        shown = definitions_shown(store.connection, key, options)
        _warn_unless_live(invocation.voice(), shown, partial(status_of, project, definitions, store), strict)
        seconds = expected_seconds(store.connection, key, options)
        if seconds > _ESTIMATE_FROM_SECONDS:
            render.note(voice, f"this takes some {seconds:,.0f} seconds")
        with showing_export(voice) as progress:
            out = output or sys.stdout.buffer
            receipt = export_key(store.connection, key, options, out, progress=progress)
        if receipt.with_id == 0 and receipt.members > 0:
            warn_of_no_ids(voice, receipt, id_types(store.connection))
    if output is not None:
        sum_up(invocation, receipt, is_split=options.max_rows is not None)
        advise(invocation, receipt)


def _refuse_place_of(store: Store, output: Path | None) -> None:
    """Raise `UsageError` where the file would take the place of the store."""
    from audcli.errors import UsageError

    if output is not None and output.exists() and output.samefile(store.path):
        raise UsageError(f"`{output}` is the store, and a file in its place would destroy it", hint="name another file")


def _users(project: Project, definitions: Definitions, key: str) -> Users:
    """Say whom of the accounts' users the definition speaks of: the known ones, unless it includes anonymous ones."""
    from audcli.export import Users

    loaded = definitions.documents.get(key)
    if loaded is not None and getattr(loaded.document, "include_anonymous", False):
        return Users()
    return Users(tuple(project.settings.identity.known_by))


def _warn_unless_live(
    voice: render.Voice, keys: Sequence[str], status_of_key: Callable[[str], Status | None], strict: bool
) -> None:
    """Warn of results that are not live; with `strict` raise `AudcliError`."""
    from audcli.errors import AudcliError

    for key in keys:
        status = status_of_key(key)
        if status == "live":
            continue
        in_words = "defined no more" if status is None else status.replace("_", " ")
        if strict:
            raise AudcliError(f"`{key}` is {in_words}; nothing was written", hint=f"`audcli show {key}` says more")
        render.warning(voice, f"`{key}` is {in_words}: the file holds its last committed result")
