"""Mapping files: how the rows of flat files become calls, as people write it for `audcli ingest --mapping`.

    files:                                          TableMapping("users.csv", (
      users.csv:                                        CallMapping("identify", (("userId", "id"),), ...),
        calls:                                          CallMapping("group", ...),
          - {as: identify, map: {userId: id}}   ->  ))
          - {as: group, map: {userId: id, groupId: account_id}, keep: []}

A file with `calls` alone, or with the fields of one call, is for all flat files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails

from audcli.definitions.literals import InstantField, StringField
from audcli.definitions.operators import Document
from audcli.definitions.owners import fields_of
from audcli.definitions.reporting import Prose, described, listed, nearest, report
from audcli.definitions.translation import as_written, unfit
from audcli.definitions.yaml_nodes import Loc, SourceDocument
from audcli.definitions.yaml_source import read_yaml, shown_line, split_lines
from audcli.diagnostics import Diagnostic, in_reading_order, render_text
from audcli.errors import UsageError
from audcli.ingest.mapping import EVENT_ROW_TYPES, CallMapping, TableMapping


class _Call(Document):
    as_: Literal["track", "page", "screen", "identify", "group"] | None = Field(default=None, alias="as")
    map: dict[str, StringField] = Field(default_factory=dict)
    keep: list[StringField] = Field(default_factory=list)
    drop: list[StringField] = Field(default_factory=list)
    event: StringField = ""
    time: InstantField | None = None
    only_with: list[StringField] = Field(default_factory=list)


class _Calls(Document):
    calls: list[_Call] = Field(min_length=1)


class _Files(Document):
    files: dict[str, Any]


class InvalidMapping(UsageError):
    """A mapping file has errors; `diagnostics` are all of them, and the message shows them."""

    def __init__(self, file: str, diagnostics: Iterable[Diagnostic]) -> None:
        """Word the problems as text."""
        self.diagnostics = tuple(in_reading_order(diagnostics))
        shown = "\n\n".join(render_text(each) for each in self.diagnostics)
        super().__init__(f"the mapping in `{file}` has errors\n\n{shown}")


def read_mapping(path: Path) -> tuple[TableMapping, ...]:
    """Read a mapping file: for each table that it names, what its rows become.

    Raises `InvalidMapping` with everything that is wrong with it, and `UsageError` when it cannot be read.
    """
    text = _text_of(path)
    documents, broken = read_yaml(text, str(path))
    problems = [each.problem for each in broken]
    problems += [report("mapping-in-documents", each.span_of(())) for each in documents[1:]]
    tables: list[TableMapping] = []
    for source in documents[:1]:
        # A mapping has no place for warnings: what would be read as something else is refused.
        problems += [replace(each, severity="error") for each in source.problems]
        for found in _tables(source):
            if isinstance(found, Diagnostic):
                problems.append(found)
            else:
                tables.append(found)
    if problems:
        lines = split_lines(text)
        raise InvalidMapping(str(path), (replace(each, source_line=shown_line(each.span, lines)) for each in problems))
    if not tables:
        raise UsageError(f"the mapping file `{path}` is empty", hint="it holds `as`, `map` and the like, or `files`")
    return tuple(tables)


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise UsageError(f"the mapping file `{path}` cannot be read: {(error.strerror or '').lower()}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"the mapping file `{path}` is not UTF-8 text") from error


def _tables(source: SourceDocument) -> Iterator[TableMapping | Diagnostic]:
    if not isinstance(source.value, dict) or "files" not in source.value:
        yield from _table("*", source.value, (), source)
        return
    files, problems = _validated(_Files, source.value, (), source)
    yield from problems
    if isinstance(files, _Files):
        for pattern, value in files.files.items():
            yield from _table(pattern, value, ("files", pattern), source)


def _table(pattern: str, value: Any, loc: Loc, source: SourceDocument) -> Iterator[TableMapping | Diagnostic]:
    if not isinstance(value, dict):
        name = listed([pattern]) if loc else Prose("a mapping file")
        yield report("mapping-not-a-mapping", source.span_of(loc), name=name, found=described(value))
        return
    several = "calls" in value
    read, problems = _validated(_Calls if several else _Call, value, loc, source)
    yield from problems
    calls = read.calls if isinstance(read, _Calls) else [read] if isinstance(read, _Call) else []
    found = False
    for number, call in enumerate(calls):
        for problem in _misfits(call, (*loc, "calls", number) if several else loc, source, len(calls) > 1):
            found = True
            yield problem
    if calls and not found:
        yield TableMapping(pattern, tuple(_call_mapping(call, fixed_type=len(calls) > 1) for call in calls))


def _validated(
    model: type[Document], value: Mapping[str, Any], loc: Loc, source: SourceDocument
) -> tuple[Document | None, list[Diagnostic]]:
    try:
        return model.model_validate(value), []
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False)
    return None, [_problem(error, (*loc, *as_written(error["loc"], value)), source, model) for error in errors]


def _problem(error: ErrorDetails, loc: Loc, source: SourceDocument, model: type[Document]) -> Diagnostic:
    if error["type"] == "too_short":
        return report("empty-list", source.span_of(loc), name=listed(["calls"]))
    if error["type"] != "extra_forbidden":
        problem = unfit(error, loc, source)
        return replace(problem, hint="such as `map: {userId: id}`") if loc[-1] == "map" else problem
    name, of_call = str(loc[-1]), fields_of(_Call)
    known = of_call if model is _Call or "calls" in loc else fields_of(model)
    hint = Prose("write it into each call;") if name in of_call else nearest(name, [*known, "calls", "files"])
    return report("unknown-mapping-field", source.key_span_of(loc), name=name, known=listed(known, "and"), hint=hint)


def _misfits(call: _Call, loc: Loc, source: SourceDocument, several: bool) -> Iterator[Diagnostic]:
    """Report fields that are each well-formed and do not go together."""
    given = call.model_fields_set
    if several and call.as_ is None:
        yield report("mapped-type-missing", source.span_of(loc))
    if {"keep", "drop"} <= given:
        yield report("keep-and-drop", source.key_span_of((*loc, "drop")))
    if call.event and call.as_ is not None and call.as_ not in EVENT_ROW_TYPES:
        yield report("mapped-event-unused", source.key_span_of((*loc, "event")), type=call.as_)


def _call_mapping(call: _Call, *, fixed_type: bool) -> CallMapping:
    return CallMapping(
        type=call.as_,
        columns=tuple(call.map.items()),
        keep=tuple(call.keep) if "keep" in call.model_fields_set else None,
        drop=tuple(call.drop),
        event=call.event or None,
        time=None if call.time is None else _microseconds(call.time),
        only_with=tuple(call.only_with),
        fixed_type=fixed_type,
    )


def _microseconds(moment: date) -> int:
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
