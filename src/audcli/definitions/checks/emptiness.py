"""Lists and mappings that hold nothing, where something has to be listed.

event: []   ->   error[empty-list]: `event` is an empty list
"""

from __future__ import annotations

from collections.abc import Iterator

from audcli.definitions.places import Place
from audcli.definitions.reporting import listed, report
from audcli.definitions.yaml_nodes import SourceDocument
from audcli.diagnostics import Diagnostic

_LISTS = ("all", "any", "one_of", "none_of", "contains_any", "event", "sequence", "values")
_MAPPINGS = ("where", "has", "times", "size")


def check_emptiness(place: Place, source: SourceDocument) -> Iterator[Diagnostic]:
    """Report empty lists and mappings at a place; among tests every path can have a list of literals."""
    for name, value in place.value.items():
        loc = (*place.loc, name)
        if value == [] and isinstance(value, list) and (place.model is None or name in _LISTS):
            yield report("empty-list", source.span_of(loc), name=listed([name]))
        elif value == {} and isinstance(value, dict) and place.model is not None and name in _MAPPINGS:
            yield report("empty-mapping", source.span_of(loc), name=listed([name]))
