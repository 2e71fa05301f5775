"""`audcli export`: the members of an audience as a file that an ad platform, e-mail tool or CRM takes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from audcli.cli import render
from audcli.cli.invocation import Invocation, clock

if TYPE_CHECKING:
    from audcli.export import Receipt

NAME = "export"
HELP = """Write the members of an audience, as its last committed run has them, as CSV.

Example: `audcli export big_spenders --format single-column --output emails.csv`
"""


def run(
    invocation: Invocation,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The audience.")],
    format: Annotated[
        Literal["unformatted", "indexed", "single-column"],
        typer.Option(help="One row a member with ids as JSON; with ids as columns; or one column of hashes."),
    ] = "unformatted",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where; - is standard output, the default.")
    ] = None,
    id_type: Annotated[
        str | None, typer.Option(metavar="TYPE", help="Which ids a single column holds. [default: email]")
    ] = None,
    raw: Annotated[bool, typer.Option("--raw", help="Normalise the values, but do not hash them.")] = False,
    upper: Annotated[bool, typer.Option("--upper", help="Write hashes in upper case.")] = False,
    default_region: Annotated[
        str | None, typer.Option(metavar="XX", help="Where phone numbers without a country code are from.")
    ] = None,
    line_ending: Annotated[Literal["crlf", "lf"], typer.Option(help="How lines end.")] = "crlf",
    strict: Annotated[
        bool, typer.Option("--strict", help="End with status 1 unless the audience's result is live.")
    ] = False,
) -> None:
    """Export, and sum up on standard error when a file was written."""
    from audcli.errors import UsageError
    from audcli.export import ExportOptions, export_audience
    from audcli.listing import status_of
    from audcli.pipeline import load_definitions

    if output == Path("-"):
        output = None
    if invocation.json and output is None:
        raise UsageError("`--json` gives the summary, and the file needs a place of its own",
                         hint="add `--output FILE`")  # fmt: skip
    options = ExportOptions(
        format=format,
        line_ending=line_ending,
        id_type=id_type,
        raw=raw,
        upper=upper,
        default_region=default_region,
    )
    project = invocation.find_project()
    with invocation.open_store(project, write=False) as store:
        receipt = export_audience(store.connection, key, options, output or sys.stdout.buffer)
        status = status_of(load_definitions(project, clock()), store, key)
    if status != "live":
        render.warning(invocation.voice(), f"`{key}` is {_in_words(status)}: the file holds its last committed result")
    if output is not None:
        _sum_up(invocation, receipt)
    if strict and status != "live":
        raise typer.Exit(1)


def _in_words(status: str | None) -> str:
    return "defined no more" if status is None else status.replace("_", " ")


def _sum_up(invocation: Invocation, receipt: Receipt) -> None:
    if invocation.json:
        render.document(receipt)
        return
    parts = [f"{receipt.members:,} member{'s' if receipt.members != 1 else ''}"]
    if receipt.with_id is not None:
        parts.append(f"{receipt.with_id:,} with that id")
    parts.append(f"{receipt.written:,} written")
    parts += [f"{count:,} dropped ({reason})" for reason, count in receipt.dropped if count]
    if receipt.already_hashed:
        parts.append(f"{receipt.already_hashed:,} hashed already")
    parts += [f"{receipt.size:,} bytes", f"SHA-256 {receipt.sha256}"]
    render.note(invocation.voice(), " · ".join(parts))
