"""The settings of a project, `audcli.yaml`; all of them are optional (SPEC section 2).

timezone: Europe/Berlin        ->   Settings(timezone="Europe/Berlin", store=".audcli/store.duckdb", ...)
sources: {tickets: data/tickets.csv}
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, ValidationError
from pydantic_core import PydanticCustomError

from audcli.confinement import OutsideProject, inside
from audcli.definitions.events import EventScope
from audcli.definitions.files import SETTINGS_FILE, read_file
from audcli.definitions.literals import StringField
from audcli.definitions.operators import Document
from audcli.definitions.paths import split_path
from audcli.definitions.reporting import Prose, described, listed, report
from audcli.definitions.yaml_nodes import Loc, SourceDocument
from audcli.definitions.yaml_source import read_yaml, shown_line, split_lines
from audcli.diagnostics import Diagnostic, Span, in_reading_order, render_text
from audcli.errors import UsageError
from audcli.source_files import SUFFIXES, can_be_source

KNOWN_BY = ("user_id", "email", "android.idfa", "ios.idfa")
VIEWS = ("events", "profiles", "identifiers", "accounts", "account_users", "computed_traits")
"""What SQL traits can read besides the sources, which cannot take these names."""

_PATTERN = re.compile(r"[*?\[]")
_SOURCE_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


def _zone_name(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise PydanticCustomError("unknown-timezone", "see audcli.definitions.messages") from None
    return name


def _path_in_calls(path: str) -> str:
    try:
        split_path(path)
    except ValueError:
        raise PydanticCustomError("bad-path", "see audcli.definitions.messages") from None
    return path


class Identity(Document):
    """Who is who: further types of external ids by their path in a call, values that identify nobody, who is known."""

    external_ids: dict[str, Annotated[str, AfterValidator(_path_in_calls)]] = Field(default_factory=dict)
    blocked_values: list[StringField] = Field(default_factory=list)
    known_by: list[str] = Field(default_factory=lambda: list(KNOWN_BY))


class Settings(Document):
    """The settings as written, with their defaults; paths are relative to the project's folder."""

    store: str = ".audcli/store.duckdb"
    definitions: str = "audiences"
    timezone: Annotated[str, AfterValidator(_zone_name)] = "UTC"
    identity: Identity = Field(default_factory=Identity)
    account_events: EventScope = "own"
    sources: dict[str, str] = Field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of calendar windows."""
        return ZoneInfo(self.timezone)


class InvalidSettings(UsageError):
    """`audcli.yaml` has errors; `diagnostics` are all of them, and the message shows them."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Word the problems as text, for whoever does not show them one by one."""
        self.diagnostics = tuple(in_reading_order(diagnostics))
        shown = "\n\n".join(render_text(each) for each in self.diagnostics)
        super().__init__(f"the settings in `{SETTINGS_FILE}` have errors\n\n{shown}")


def read_settings(root: Path) -> Settings:
    """Read the settings of the project at `root`, where an `audcli.yaml` stands.

    Raises `InvalidSettings` with everything that is wrong with them.
    """
    file, _ = read_file(root.resolve(), root.resolve() / SETTINGS_FILE)
    if file.problem is not None:
        raise InvalidSettings([file.problem])
    documents, broken = read_yaml(file.text, SETTINGS_FILE)
    problems = [each.problem for each in broken]
    problems += [report("settings-in-documents", each.span_of(())) for each in documents[1:]]
    settings = Settings()
    if documents:
        source = documents[0]
        # Settings have no place for warnings: what would be read as something else is refused.
        problems += [replace(each, severity="error") for each in source.problems]
        settings, found = _validated(source, root)
        problems += found
    if problems:
        lines = split_lines(file.text)
        raise InvalidSettings(replace(each, source_line=shown_line(each.span, lines)) for each in problems)
    return settings


def _validated(source: SourceDocument, root: Path) -> tuple[Settings, list[Diagnostic]]:
    if not isinstance(source.value, dict):
        return Settings(), [report("settings-not-a-mapping", source.span_of(()), found=described(source.value))]
    try:
        settings = Settings.model_validate(_without_empty(source.value))
    except ValidationError as invalid:
        from audcli.settings_problems import problems_of  # loads the models of all definitions, to name their parts

        return Settings(), problems_of(invalid, source, {(): Settings, ("identity",): Identity})
    return settings, [*_source_names(settings, source), *_outside(settings, source, root)]


def _without_empty(value: Any) -> Any:
    """Leave out settings without a value, as when all of a section is commented out."""
    if not isinstance(value, dict):
        return value
    return {name: _without_empty(each) for name, each in value.items() if each is not None}


def _source_names(settings: Settings, source: SourceDocument) -> Iterator[Diagnostic]:
    for name in settings.sources:
        span = source.key_span_of(("sources", name))
        if _SOURCE_NAME.fullmatch(name) is None:
            reason = Prose("1 to 63 lower-case letters, digits and `_`, beginning with a letter")
            yield report("bad-source-name", span, name=name, reason=reason)
        elif name in VIEWS:
            yield report("bad-source-name", span, name=name, reason=Prose("SQL traits read a view of that name"))


def _outside(settings: Settings, source: SourceDocument, root: Path) -> Iterator[Diagnostic]:
    """Report paths that leave the project; where a setting is not given, its default is checked all the same."""
    places: dict[Loc, str] = {("store",): settings.store, ("definitions",): settings.definitions}
    places |= {("sources", name): path for name, path in settings.sources.items()}
    for loc, path in places.items():
        try:
            inside(root, path)
        except OutsideProject as outside:
            span = source.span_of(loc)
            yield report("path-outside-project", span, path=path, reason=Prose(outside.reason))
            continue
        if loc[0] == "sources":
            yield from _source_file(path, source.span_of(loc))


def _source_file(path: str, span: Span) -> Iterator[Diagnostic]:
    if not can_be_source(path):
        reason = Prose("what it holds is not known")
        hint = f"its name ends in {listed(SUFFIXES)}, all but the last also with `.gz` or `.zst` after it"
        yield report("bad-source-file", span, path=path, reason=reason, hint=Prose(hint))
    elif _PATTERN.search(path) is not None:
        reason = Prose("`*`, `?` and `[` stand for several files")
        yield report("bad-source-file", span, path=path, reason=reason, hint=Prose("a source is one file"))
