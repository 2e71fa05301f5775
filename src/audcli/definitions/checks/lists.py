"""Named lists: their values stand in the definition or in a file, not in both (SPEC section 7)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from audcli.confinement import OutsideProject, inside
from audcli.definitions.documents import ListDocument
from audcli.definitions.places import Place
from audcli.definitions.reporting import Prose, report
from audcli.definitions.yaml_nodes import SourceDocument
from audcli.diagnostics import Diagnostic


def check_list(place: Place, source: SourceDocument) -> Iterator[Diagnostic]:
    """Check that a list has exactly one source of values."""
    if place.model is not ListDocument:
        return
    given = [name for name in place.value if name in ("values", "file")]
    if not given:
        yield report("no-values", source.span_of(("list",)), name=place.value["list"])
    elif len(given) > 1:
        yield report("two-value-sources", source.key_span_of((given[1],)), name=place.value["list"])


def check_list_file(place: Place, source: SourceDocument, root: Path) -> Iterator[Diagnostic]:
    """Check that the file a list names is a file in the project at `root`."""
    path = place.value.get("file") if place.model is ListDocument else None
    if not isinstance(path, str):
        return
    span = source.span_of(("file",))
    try:
        found = inside(root, path)
    except OutsideProject as outside:
        yield report("path-outside-project", span, path=path, reason=Prose(outside.reason))
        return
    if not found.exists():
        yield report("no-such-file", span, path=path)
    elif not found.is_file():
        yield report("not-a-file", span, path=path)
