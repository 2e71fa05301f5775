"""Where the time of a run went: by step, by event name, and by statement.

step                       seconds        event name       seconds  rows read by    …
run statements               0.412        track Viewed       0.021             1
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audcli.cli import render

if TYPE_CHECKING:
    from audcli.pipeline import Computation


def show_profile(computation: Computation) -> None:
    """Show the profile as tables below each other, the statements in the order in which they ran."""
    for headers, rows in (
        (("step", "seconds"), [(step, _written(seconds)) for step, seconds in computation.steps.items()]),
        (
            ("event name", "statements", "seconds"),
            [
                (name, each["statements"], _written(each["seconds"]))
                for name, each in _by_event_name(computation).items()
            ],
        ),
        (
            ("statement", "purpose", "rows", "seconds"),
            [(each.table, each.purpose, each.rows, _written(each.seconds)) for each in computation.timings],
        ),
    ):
        render.line()
        render.table(headers, rows, numbers=("seconds", "rows", "statements"))


def as_document(computation: Computation) -> dict[str, object]:
    """Give the profile for a JSON document."""
    return {
        "steps": computation.steps,
        "event_names": _by_event_name(computation),
        "statements": computation.timings,
    }


def _by_event_name(computation: Computation) -> dict[str, dict[str, float]]:
    """Add up, by the name of the events that they read, how many statements there were and how long they took."""
    names: dict[str, dict[str, float]] = {}
    for timing in computation.timings:
        if timing.calls is not None:
            of_name = names.setdefault(timing.calls, {"statements": 0, "seconds": 0.0})
            of_name["statements"] += 1
            of_name["seconds"] += timing.seconds
    return names


def _written(seconds: float) -> str:
    return f"{seconds:.3f}"
