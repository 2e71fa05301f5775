"""Limits on a number that no number satisfies.

times: {at_least: 3, at_most: 2}   ->   error[inconsistent-quantity]: no number can satisfy ...
"""

from __future__ import annotations

from collections.abc import Iterator

from audcli.definitions.operators import Quantity
from audcli.definitions.places import Place
from audcli.definitions.reporting import Prose, report
from audcli.definitions.yaml_nodes import SourceDocument
from audcli.diagnostics import Diagnostic

_ENDS: dict[str, tuple[int | None, int | None]] = {
    "at_least": (0, None),
    "more_than": (1, None),
    "exactly": (0, 0),
    "at_most": (None, 0),
    "less_than": (None, -1),
}
"""By limit: how far the smallest and the largest whole number that satisfies it lie from it."""


def check_quantity(place: Place, source: SourceDocument) -> Iterator[Diagnostic]:
    """Report limits that exclude each other."""
    if place.model is not Quantity:
        return
    given = {name: limit for name, limit in place.value.items() if name in _ENDS and isinstance(limit, int)}
    lowest = [limit + low for name, limit in given.items() if (low := _ENDS[name][0]) is not None]
    highest = [limit + high for name, limit in given.items() if (high := _ENDS[name][1]) is not None]
    if not highest or max(lowest, default=0) <= min(highest):
        return
    limits = Prose(" and ".join(f"`{name}: {limit}`" for name, limit in given.items()))
    label = "these exclude each other" if len(given) > 1 else "a number of things is 0 or more"
    yield report("inconsistent-quantity", source.span_of(place.loc), limits=limits, reason=Prose(label))
