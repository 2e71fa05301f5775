"""The option `--as-of`: an instant to evaluate at, read once for all commands that take it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from audcli.cli import render

AsOf = Annotated[
    str | None,
    typer.Option(metavar="INSTANT", help="Evaluate at this date or time (UTC). [default: now]"),
]


def read_as_of(text: str, now: datetime, *, allow_future: bool = False) -> datetime:
    """Read an instant as UTC without a zone. Raises `UsageError` for what is none, or is later than the clock."""
    from audcli.definitions.instants import read_instant
    from audcli.errors import UsageError
    from audcli.plan.windows import instant_of

    try:
        as_of = instant_of(read_instant(text))
    except ValueError:
        raise UsageError(
            f"`{text}` is no date or time",
            hint="write `--as-of 2026-07-01` or `--as-of 2026-07-01T09:30:00Z`",
        ) from None
    if as_of > now and not allow_future:
        raise UsageError(
            f"the as-of {render.instant(as_of)} UTC is in the future: it is {render.to_the_second(now)} UTC now",
            hint="give `--allow-future` if that is meant",
        )
    return as_of
