"""`audcli validate`: every error of every definition, at once, and what is allowed but probably not meant."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audcli.cli import render
from audcli.cli.invocation import Invocation, clock

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from audcli.diagnostics import Diagnostic
    from audcli.project import Project
    from audcli.store import Store

NAME = "validate"
HELP = """Check all definitions, or those in the files and folders named, and show every error with its place.

Warns of what is allowed but probably not meant: names that nothing ingested has, literals of a type that never
occurs, conditions that always hold. The exit status is 2 where there are errors.

Example: `audcli validate audiences/big_spenders.yaml`
"""


class Format(StrEnum):
    """How problems are written."""

    text = "text"
    github = "github"


def run(
    invocation: Invocation,
    paths: Annotated[list[Path] | None, typer.Argument(metavar="PATH", help="Show these only.")] = None,
    format_: Annotated[
        Format, typer.Option("--format", help="`github` writes annotations of a workflow run.")
    ] = Format.text,
) -> None:
    """Load the definitions and report what is wrong with them."""
    from audcli.diagnostics import has_errors
    from audcli.pipeline import validate

    project = invocation.find_project()
    _refuse_missing(paths or ())
    with _store_if_free(invocation, project) as store:
        definitions, problems = validate(project, store, clock())
    found = [each for each in problems if _is_below(each, paths, project)]
    shown = [each for each in found if each.severity == "error" or not invocation.quiet]
    if invocation.json:
        render.document({"valid": not has_errors(found), "definitions": len(definitions.documents),
                         "problems": found})  # fmt: skip
    elif format_ is Format.github:
        render.workflow_commands(shown, project.root, Path(os.environ.get("GITHUB_WORKSPACE", ".")))
    else:
        render.diagnostics(shown)
    if not invocation.json:
        _sum_up(invocation.voice(), len(definitions.documents), found)
    if has_errors(found):
        raise typer.Exit(2)


def _refuse_missing(paths: Iterable[Path]) -> None:
    """Raise `UsageError` for a path that leads nowhere, for a check of nothing would pass."""
    from audcli.errors import UsageError

    for path in paths:
        if not path.exists():
            raise UsageError(f"there is no file `{path}`", hint="without a path all definitions are checked")


def _store_if_free(invocation: Invocation, project: Project) -> AbstractContextManager[Store | None]:
    """Open the store for reading; definitions can be checked without one, and while another process holds it."""
    from audcli.errors import StoreInUse

    try:
        return invocation.reading_store(project)
    except StoreInUse:
        render.warning(
            invocation.voice(),
            "the store is in use, so nothing is said about what it has seen",
            hint="`--wait SECONDS` waits for it",
        )
        return nullcontext()


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
