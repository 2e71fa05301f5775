"""The commands put together. Nothing heavy is imported here, so that help is instant."""

from __future__ import annotations

import inspect
import io
import sys
from collections.abc import Iterable, Sequence
from types import ModuleType
from typing import Annotated, Any

import typer

from audcli import __version__
from audcli.cli import (
    account,
    catalog,
    compute,
    diff,
    explain,
    export,
    forget,
    history,
    identity_conflicts,
    ingest,
    init,
    list,
    overlap,
    preview,
    profile,
    rejects,
    runs,
    schema,
    show,
    test,
    validate,
)
from audcli.cli.invocation import Invocation, register, shared_parameters

COMMANDS = (
    init,
    ingest,
    rejects,
    validate,
    test,
    preview,
    compute,
    export,
    list,
    show,
    explain,
    runs,
    history,
    diff,
    overlap,
    profile,
    account,
    identity_conflicts,
    catalog,
    forget,
    schema,
)
"""All commands, in the order in which help lists them."""


def run() -> None:
    """Run the command that the process was called with."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # By lines, so that what goes to both streams stays in order when they lead to one place.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    make_app(_commands_of(sys.argv[1:]))()


def _commands_of(words: Sequence[str]) -> Sequence[ModuleType]:
    """Give the command that the words begin with, alone, for to put all together takes longer than many a command.

    All are given where the words begin otherwise: with an option, which may ask for help, or with a mistake.
    """
    return [command for command in COMMANDS if [command.NAME.split()[0]] == words[:1]] or COMMANDS


def make_app(commands: Iterable[ModuleType]) -> typer.Typer:
    """Put the commands together."""
    made = typer.Typer(
        name="audcli",
        no_args_is_help=True,
        rich_markup_mode="markdown",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    made.callback()(_root())
    for command in commands:
        register(made, command.NAME, command.run, help=command.HELP)
    return made


def _root() -> Any:
    """Make the function that takes what stands before the command."""

    def root(context: typer.Context, version: bool, **shared: Any) -> None:
        """Audiences as code, on your own machine: event exports in, audience files out.

        The main job is three commands: `audcli ingest PATH…`, `audcli compute`, `audcli export KEY`.
        """
        context.obj = Invocation(**shared)

    own = [
        inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context),
        inspect.Parameter("version", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Version),
    ]
    root.__signature__ = inspect.Signature([*own, *shared_parameters()])  # type: ignore[attr-defined]
    root.__annotations__ = {}
    return root


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"audcli {__version__}")
        raise typer.Exit()


Version = Annotated[
    bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Show the version and exit.")
]
