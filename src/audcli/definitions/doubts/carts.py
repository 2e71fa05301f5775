"""Sequences that end in what must not happen, without waiting for its time to pass.

- {event: Product Added}
- {event: Order Completed, did: false, within: 1 day}   ->   warning[not-yet-abandoned]
"""

from __future__ import annotations

from collections.abc import Iterator

from audcli.definitions.conditions import SequenceCondition
from audcli.definitions.doubts.reading import Reading
from audcli.definitions.reporting import report
from audcli.diagnostics import Diagnostic


def open_ended_carts(reading: Reading) -> Iterator[Diagnostic]:
    """Warn of each sequence whose last step is a negated one with `within` that does not say `elapsed`."""
    for place in reading.places:
        if place.model is not SequenceCondition:
            continue
        steps = place.value["sequence"]
        last = steps[-1]
        if last.get("did", True) is False and "within" in last and "elapsed" not in last:
            loc = (*place.loc, "sequence", len(steps) - 1, "within")
            yield report("not-yet-abandoned", reading.source.span_of(loc), window=last["within"])
