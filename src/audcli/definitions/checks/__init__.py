"""Checks of what the parts of a definition mean together, beyond the shape of each.

times: {at_least: 3, at_most: 2}   ->   error[inconsistent-quantity]: no number can satisfy ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from audcli.definitions.checks.computations import check_computation
from audcli.definitions.checks.conditions import check_condition
from audcli.definitions.checks.emptiness import check_emptiness
from audcli.definitions.checks.lists import check_list
from audcli.definitions.checks.paths import check_paths
from audcli.definitions.checks.quantities import check_quantity
from audcli.definitions.checks.sequences import check_sequence
from audcli.definitions.checks.values import check_values
from audcli.definitions.checks.windows import check_window
from audcli.definitions.places import Place
from audcli.definitions.yaml_nodes import SourceDocument
from audcli.diagnostics import Diagnostic

_CHECKS: tuple[Callable[[Place, SourceDocument], Iterator[Diagnostic]], ...] = (
    check_condition,
    check_emptiness,
    check_quantity,
    check_values,
    check_paths,
    check_sequence,
    check_computation,
    check_list,
)


def check_places(places: Iterable[Place], source: SourceDocument, now: datetime) -> Iterator[Diagnostic]:
    """Run every check on every place of a definition; `now` is when the ends of `between` are compared."""
    for place in places:
        for check in _CHECKS:
            yield from check(place, source)
        yield from check_window(place, source, now)
