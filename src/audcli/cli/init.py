"""`audcli init`: a folder becomes a project that computes at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from audcli.cli import render
from audcli.cli.interrupts import raise_from_now_on
from audcli.cli.invocation import Invocation, clock

NAME = "init"
HELP = """Make a project: settings, sample definitions, sample data.

Example: `audcli init shop && cd shop && audcli ingest events && audcli compute`
"""


def run(
    invocation: Invocation,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where; it may exist.")] = Path(),
) -> None:
    """Write the files of a new project."""
    from audcli.scaffold import write_project

    raise_from_now_on()
    written = write_project(folder, now=clock())
    if invocation.json:
        render.document({"project": folder, "files": [path.relative_to(folder) for path in written]})
        return
    for path in written:
        render.line(str(path))
    there = "" if folder == Path() else f"cd {folder} && "
    render.note(invocation.voice(), f"next: {there}audcli ingest events && audcli compute && audcli list")
