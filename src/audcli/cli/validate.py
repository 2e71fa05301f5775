"""`audcli validate`: every error of every definition, at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audcli.cli import render
from audcli.cli.invocation import Invocation, clock

if TYPE_CHECKING:
    from audcli.diagnostics import Diagnostic
    from audcli.project import Project

NAME = "validate"
HELP = """Check all definitions, or those in the files and folders named, and show every error with its place.

Example: `audcli validate audiences/big_spenders.yaml`
"""


def run(
    invocation: Invocation,
    paths: Annotated[list[Path] | None, typer.Argument(metavar="PATH", help="Show these only.")] = None,
) -> None:
    """Load the definitions and report what is wrong with them."""
    from audcli.diagnostics import has_errors
    from audcli.pipeline import load_definitions

    project = invocation.find_project()
    definitions = load_definitions(project, clock())
    found = [each for each in definitions.diagnostics if _is_below(each, paths, project)]
    if invocation.json:
        render.document({"valid": not has_errors(found), "definitions": len(definitions.documents),
                         "problems": found})  # fmt: skip
    else:
        render.diagnostics(each for each in found if each.severity == "error" or not invocation.quiet)
        _sum_up(invocation.voice(), len(definitions.documents), found)
    if has_errors(found):
        raise typer.Exit(2)


def _is_below(diagnostic: Diagnostic, paths: list[Path] | None, project: Project) -> bool:
    """Tell whether a problem is in one of the files or folders; all are where none is named."""
    if not paths:
        return True
    file = (project.root / diagnostic.span.file).resolve()
    return any(file.is_relative_to(path.resolve()) for path in paths)


def _sum_up(voice: render.Voice, valid: int, found: list[Diagnostic]) -> None:
    errors = sum(diagnostic.severity == "error" for diagnostic in found)
    warnings = len(found) - errors
    parts = [f"{valid} valid definition{'s' if valid != 1 else ''}"]
    parts += [f"{count} {word}{'s' if count != 1 else ''}" for count, word in
              ((errors, "error"), (warnings, "warning")) if count]  # fmt: skip
    render.note(voice, ", ".join(parts))
