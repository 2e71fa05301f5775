"""`audcli compute`: evaluate the definitions at one instant and commit who is a member."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from audcli.cli import render
from audcli.cli.as_of import AsOf, read_as_of
from audcli.cli.began import BEGAN
from audcli.cli.compute_profile import as_document, show_profile
from audcli.cli.invocation import Invocation, clock
from audcli.cli.progress import showing_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audcli.pipeline import Computation
    from audcli.runs import Result

NAME = "compute"
HELP = """Evaluate all enabled definitions, or those named and what they depend on, and commit the result.

One that fails keeps its previous result and is named; the others go through.

Example: `audcli compute --as-of 2026-07-01`
"""


_FEW = 5
"""How many of a kind are said line by line."""


def run(
    invocation: Invocation,
    keys: Annotated[list[str] | None, typer.Argument(metavar="KEY", help="Only these.")] = None,
    as_of: AsOf = None,
    allow_future: Annotated[
        bool, typer.Option("--allow-future", help="Let the as-of be later than the clock.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Compute nothing unless all definitions are valid.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change; commit nothing.")] = False,
    sql_timeout: Annotated[
        float,
        typer.Option(
            metavar="SECONDS", min=0.001, envvar="AUDCLI_SQL_TIMEOUT", help="How long a query of an SQL trait may take."
        ),
    ] = 300.0,
    profile: Annotated[
        bool, typer.Option("--profile", help="Say where the time went: steps, event names, statements.")
    ] = False,
    explain_sql: Annotated[
        str | None, typer.Option(metavar="KEY", help="Print the SQL that ran for this key, in place of the sizes.")
    ] = None,
    reuse_key: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help="Let this key begin anew as another kind, or of others; repeatable."),
    ] = None,
) -> None:
    """Compute, then say for every definition how many entered and exited."""
    from audcli.laps import Laps
    from audcli.pipeline import Moment, compute, sql_of

    laps = Laps(BEGAN)
    laps.end("start up")
    now = clock()
    moment = Moment(now, now if as_of is None else read_as_of(as_of, now, allow_future=allow_future))
    project = invocation.find_project()
    with invocation.open_store(project, write=True) as store, showing_time(invocation.voice(), "computing"):
        laps.end("open the store")
        computation = compute(
            project, store, keys or (), moment,
            strict=strict, dry_run=dry_run, reuse=reuse_key or (), sql_timeout=sql_timeout,
            laps=laps, asked=explain_sql,
        )  # fmt: skip
    sql = None if explain_sql is None else sql_of(computation, explain_sql)
    voice = invocation.voice()
    if voice.json:
        asked = {"profile": as_document(computation) if profile else None, "sql": sql}
        render.document(_as_document(computation) | asked)
        _say_what_failed(voice, computation)
    else:
        _show(voice, computation, sql)
        _say_what_failed(voice, computation)
        _sum_up(voice, computation)
        if profile:
            show_profile(computation)
    if computation.keyless or any(result.outcome == "failed" for result in computation.run.results):
        raise typer.Exit(1)


def _as_document(computation: Computation) -> dict[str, object]:
    run = computation.run
    return {
        "run": run.number if computation.committed else None,
        "as_of": run.as_of,
        "seconds": round(computation.seconds, 3),
        "results": run.results,
        "problems": computation.keyless,
        "skipped": computation.skipped,
    }


def _show(voice: render.Voice, computation: Computation, sql: str | None) -> None:
    run = computation.run
    if sql is not None:
        render.line(sql)
    elif not voice.quiet:
        render.table(
            ["key", "members", "entered", "exited"],
            [(r.key, r.members, r.entered, r.exited) for r in run.results if r.outcome == "ok"],
            numbers=["members", "entered", "exited"],
        )


def _say_what_failed(voice: render.Voice, computation: Computation) -> None:
    for result in computation.run.results:
        if result.outcome == "failed":
            render.error(voice, f"`{result.key}` was not computed: {result.reason}",
                         hint=_kept(result.members))  # fmt: skip
    for problem in computation.keyless:
        render.error(voice, f"{problem.message} ({problem.span.file}:{problem.span.line})",
                     hint="what stands there was not computed, and keeps its previous result")  # fmt: skip


def _sum_up(voice: render.Voice, computation: Computation) -> None:
    """Say what else there is to know of the run: all of it is in the document too."""
    run = computation.run
    _say_what_is_gone(voice, [result for result in run.results if result.outcome == "removed"])
    for key, count in computation.skipped.items():
        rows = "1 row has" if count == 1 else f"{count:,} rows have"
        render.note(voice, f"`{key}`: {rows} an id that nobody has")
    if voice.verbose:
        for timing in computation.timings:
            render.note(voice, f"{timing.seconds:8.3f} s  {timing.rows:>12,} rows  {timing.purpose}")
    what = f"run {run.number}" if computation.committed else "rehearsed, nothing committed"
    render.note(voice, f"{what}, as of {render.instant(run.as_of)} UTC, in {computation.seconds:.2f} s")


def _say_what_is_gone(voice: render.Voice, removed: Sequence[Result]) -> None:
    """Name the keys that no file defines any more: a few with their sizes, many in one line."""
    if len(removed) > _FEW:
        named = ", ".join(f"`{result.key}`" for result in removed[:_FEW])
        others = len(removed) - _FEW
        render.note(voice, f"{named} and {others:,} more are defined no more; their last results stay")
        return
    for result in removed:
        stays = render.members(result.members)
        render.note(voice, f"`{result.key}` is defined no more; its last result stays: {stays}")


def _kept(members: int) -> str:
    """Say what a definition that failed is left with."""
    return f"its previous result stays: {render.members(members)}" if members else "it stays without members"
