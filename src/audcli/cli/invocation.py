"""What every command is called with: the shared options, the project and the store they lead to, and the clock.

    @command("compute")                                     def compute(invocation, keys, ...)
    audcli --project shop compute --json big_spenders   ->  invocation.project_option == Path("shop"), .json is True

The shared options may stand before the command or after it; after it they win.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from audcli.cli import render
from audcli.cli.endings import ending_well
from audcli.cli.interrupts import raise_from_now_on

if TYPE_CHECKING:
    from audcli.project import Project
    from audcli.store import Store

_PANEL = "Options of every command"


@dataclass(frozen=True, slots=True)
class Invocation:
    """The shared options as given; None and False stand for not given."""

    project: Annotated[
        Path | None,
        typer.Option(metavar="DIR", envvar="AUDCLI_PROJECT", help="The project folder. [default: found from here up]"),
    ] = None
    store: Annotated[
        Path | None, typer.Option(metavar="FILE", envvar="AUDCLI_STORE", help="The store, wherever it lies.")
    ] = None
    json: Annotated[bool, typer.Option("--json", help="Give the result as one JSON document.")] = False
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but data and errors.")] = False
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more about what is done.")] = False
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error comes from in the code.")] = False
    wait: Annotated[float, typer.Option(metavar="SECONDS", min=0, help="Wait so long for a store that is in use.")] = (
        0.0
    )
    memory_limit: Annotated[
        str | None,
        typer.Option(metavar="SIZE", envvar="AUDCLI_MEMORY_LIMIT", help="Working memory, such as 2GB. [default: 60%]"),
    ] = None
    threads: Annotated[
        int | None, typer.Option(metavar="N", min=1, envvar="AUDCLI_THREADS", help="How many cores to use.")
    ] = None

    def find_project(self) -> Project:
        """Find the project that the command is about."""
        from audcli.project import find_project

        return find_project(Path.cwd(), self.project)

    def open_store(self, project: Project, *, write: bool, create: bool = False) -> Store:
        """Open the project's store, or the one that `--store` names."""
        from audcli.store import open_store

        raise_from_now_on()
        return open_store(
            self.store or project.store_path,
            write=write,
            create=create,
            wait=self.wait,
            memory_limit=self.memory_limit,
            threads=self.threads,
        )

    def reading_store(self, project: Project) -> AbstractContextManager[Store | None]:
        """Open the store for reading; None where nothing was ingested yet."""
        if self.store is None and not project.store_path.exists():
            return nullcontext()
        return self.open_store(project, write=False)

    def voice(self) -> render.Voice:
        """Say how the result is to be rendered."""
        return render.Voice(json=self.json, quiet=self.quiet, verbose=self.verbose)


def clock() -> datetime:
    """Read the clock: UTC, without a zone, to the microsecond. Nothing but a command does so, and only once."""
    return datetime.now(UTC).replace(tzinfo=None)


def register(app: typer.Typer, name: str, run: Callable[..., None], *, help: str) -> None:
    """Add a command to the app: `run` takes the invocation first, then parameters of its own.

    It gains the shared options; what goes wrong in it ends as section 15 of the contract says. The first of two words
    in a name is that of a group: `identity conflicts`.
    """
    own = list(inspect.signature(run, eval_str=True).parameters.values())[1:]

    @functools.wraps(run)
    def called(context: typer.Context, **arguments: Any) -> None:
        shared = {field.name: arguments.pop(field.name) for field in fields(Invocation)}
        invocation = _later_wins(context, Invocation(**shared))
        with ending_well(invocation.voice(), debug=invocation.debug):
            run(invocation, **arguments)

    context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    own = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
    called.__signature__ = inspect.Signature([context, *own, *shared_parameters()])  # type: ignore[attr-defined]
    called.__annotations__ = {}
    *group, name = name.split()
    for word in group:
        app = _group(app, word)
    app.command(name, help=help)(called)


def _group(app: typer.Typer, name: str) -> typer.Typer:
    """Give the group of commands of that name, made where there is none yet."""
    for known in app.registered_groups:
        if known.name == name and known.typer_instance is not None:
            return known.typer_instance
    made = typer.Typer(name=name, no_args_is_help=True, help=f"Commands about {name}.")
    app.add_typer(made, name=name)
    return made


def shared_parameters() -> list[inspect.Parameter]:
    """Give the shared options as parameters of a function, in a panel of their own."""
    hints = get_type_hints(Invocation, include_extras=True)
    parameters = []
    for field in fields(Invocation):
        base, option = hints[field.name].__origin__, hints[field.name].__metadata__[0]
        option.rich_help_panel = _PANEL
        parameters.append(
            inspect.Parameter(
                field.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=field.default,
                annotation=Annotated[base, option],
            )
        )
    return parameters


def _later_wins(context: typer.Context, after: Invocation) -> Invocation:
    """Add what the command line says before the command and not after it; the environment is in both, and loses."""
    root = context.find_root()
    before = _names_given(root.get_parameter_source) - _names_given(context.get_parameter_source)
    return replace(after, **{name: getattr(root.obj, name) for name in before})


def _names_given(source_of: Callable[[str], Enum | None]) -> set[str]:
    """Give the names of the shared options that stand on the command line itself."""
    sources = {field.name: source_of(field.name) for field in fields(Invocation)}
    return {name for name, source in sources.items() if source is not None and source.name == "COMMANDLINE"}
