"""`audcli diff`: who entered and exited between two runs, or would by an edited definition."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audcli.cli import render
from audcli.cli.as_of import read_as_of
from audcli.cli.invocation import Invocation, clock
from audcli.cli.progress import showing_time

if TYPE_CHECKING:
    from audcli.definitions.files import File
    from audcli.project import Project
    from audcli.runs import Changes, Member, Side

NAME = "diff"
HELP = """Show who entered and exited between two runs: by default the last and the one before it.

Run 0 is the time before the first run. With `--definition FILE` it shows who would join, leave and stay if the
audience were defined as in that file, against the last run and at its as-of; nothing is stored.

Example: `audcli diff big_spenders --definition edited.yaml`
"""


def run(
    invocation: Invocation,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The audience or trait.")],
    start: Annotated[int | None, typer.Option("--from", metavar="RUN", min=0, help="The earlier run.")] = None,
    end: Annotated[int | None, typer.Option("--to", metavar="RUN", min=0, help="The later run.")] = None,
    definition: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Compare with the definition in this file (- for stdin).")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="Evaluate that at this instant. [default: as the run did]")
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=0, help="Name so many of each.")] = 10,
) -> None:
    """Compare two results, or the last with what an edit would make of it."""
    from audcli.errors import UsageError

    if definition is not None and (start is not None or end is not None):
        raise UsageError("`--definition` is compared with the last run", hint="leave `--from` and `--to` out")
    if as_of is not None and definition is None:
        raise UsageError("`--as-of` goes with `--definition`", hint="runs are named by `--from` and `--to`")
    if definition is None:
        _compare_runs(invocation, key, start, end, limit)
    else:
        _compare_edit(invocation, key, definition, as_of, limit)


def _compare_runs(invocation: Invocation, key: str, start: int | None, end: int | None, limit: int) -> None:
    from audcli.runs import difference

    with invocation.open_store(invocation.find_project(), write=False) as store:
        found = difference(store.connection, key, start, end, limit=limit)
    if invocation.json:
        render.document({"key": key, "from": found.start, "to": found.end, **_as_document(found.changes)})
        return
    render.line(f"{key}: {_side(found.start)} to {_side(found.end)}")
    _show(found.changes, ("entered", "exited", "stayed"))


def _compare_edit(invocation: Invocation, key: str, definition: Path, as_of: str | None, limit: int) -> None:
    from audcli.edits import effect_of_edit

    project, now = invocation.find_project(), clock()
    edited = _read(definition, project)
    instant = None if as_of is None else read_as_of(as_of, now)
    with invocation.open_store(project, write=False) as store, showing_time(invocation.voice(), "evaluating"):
        edit = effect_of_edit(project, store, key, edited, as_of=instant, now=now, limit=limit)
    if invocation.json:
        document = {"key": key, "definition": edited.name, "run": edit.run or None, "as_of": edit.as_of}
        render.document({**document, **_as_document(edit.changes)})
        return
    against = f"run {edit.run}" if edit.run else "nothing, for no run has computed it"
    render.line(f"{key} as in {edited.name}, as of {render.instant(edit.as_of)}, against {against}")
    _show(edit.changes, ("would join", "would leave", "would stay"))


def _read(definition: Path, project: Project) -> File:
    """Read the edited file; one of the project's own is known by its name there."""
    from audcli.definitions.files import File, path_in_project
    from audcli.errors import UsageError

    try:
        content = sys.stdin.buffer.read() if definition == Path("-") else definition.read_bytes()
        name = "-" if definition == Path("-") else path_in_project(project.root, definition.resolve())
        return File(name, content.decode())
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror or "").lower() if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"`{definition}` cannot be read: {reason}", hint="name a definition file") from None


def _side(side: Side) -> str:
    return "before the first run" if side.as_of is None else f"run {side.run} (as of {render.instant(side.as_of)})"


def _as_document(changes: Changes) -> dict[str, object]:
    return {
        "before": changes.before,
        "after": changes.after,
        "entered": changes.entered,
        "exited": changes.exited,
        "stayed": changes.stayed,
        "who_entered": changes.who_entered,
        "who_exited": [
            {"key": each.member.key, "known_as": each.member.known_as, "reason": each.reason}
            for each in changes.who_exited
        ],
    }


def _show(changes: Changes, words: tuple[str, str, str]) -> None:
    """Show how many entered, exited and stayed, and who, under words that suit the comparison."""
    counts = (changes.entered, changes.exited, changes.stayed)
    render.table(["", "members"], list(zip(words, counts, strict=True)), numbers=["members"])
    entered = [_named(member) for member in changes.who_entered]
    exited = [_named(each.member, each.reason) for each in changes.who_exited]
    for word, lines, count in ((words[0], entered, changes.entered), (words[1], exited, changes.exited)):
        if lines:
            of_all = f" (the first {len(lines):,} by key)" if len(lines) < count else ""
            render.line(f"\n{word}{of_all}:")
        for line in lines:
            render.line(f"  {line}")


def _named(member: Member, reason: str | None = None) -> str:
    names = [name for name in (member.key, member.known_as) if name is not None]
    return "  ".join([*names, *([f"({reason})"] if reason else [])])
