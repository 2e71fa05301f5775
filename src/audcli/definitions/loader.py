"""Reads all definitions of a project, checks them by themselves and together, and reports every problem at once.

load(root, root / "audiences", now=now)   ->   Definitions(documents={"vips": LoadedDocument(...)}, ...)
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from audcli.definitions.cycles import cycles_in, drawn
from audcli.definitions.documents import AnyDocument
from audcli.definitions.drafts import Draft, read_draft
from audcli.definitions.files import File, path_in_project, read_files
from audcli.definitions.queries import Inspect, look_into_queries, reads_computed_traits, sql_traits_of
from audcli.definitions.references import links_users, named_in, where_users_of_accounts_matter
from audcli.definitions.reporting import report
from audcli.definitions.together import Known, check_together
from audcli.definitions.yaml_nodes import SourceDocument
from audcli.definitions.yaml_source import read_yaml, shown_line, split_lines
from audcli.diagnostics import Diagnostic, Span, in_reading_order

_WORDS_ABOUT = {"name", "description", "owner", "tags"}
"""Fields that say nothing about what is computed."""


@dataclass(frozen=True, slots=True)
class LoadedDocument:
    """A valid definition: `source` is its document as written, `text` of it, `span` where its key is.

    `digest` is the SHA-256 of its meaning: comments, formatting, names and descriptions do not change it.
    """

    key: str
    kind: str
    document: AnyDocument
    file: str
    span: Span
    text: str
    digest: str
    source: SourceDocument


@dataclass(frozen=True, slots=True)
class Definitions:
    """What the definition files hold.

    `documents` are the valid ones by key. `broken` are the keys of those that have errors, or that depend on one that
    has, each with its problems; `disabled` are those of them that say `enabled: false`. `diagnostics` are all problems
    in the order of reading. `unreadable` are the files that could not be read to their end, so that a key that is
    missing may be in one of them. `lines` are those of each file, by its name, `kinds` those of all keys, as far as
    they are known.
    """

    documents: dict[str, LoadedDocument]
    broken: dict[str, tuple[Diagnostic, ...]]
    disabled: frozenset[str]
    diagnostics: tuple[Diagnostic, ...]
    unreadable: tuple[str, ...]
    lines: dict[str, list[str]]
    kinds: Mapping[str, str]


def load(root: Path, folder: Path, *, now: datetime, inspect: Inspect | None = None) -> Definitions:
    """Load every definition below `folder` of the project at `root`; never raises for what files hold.

    `now` (with a zone) is the instant at which the ends of `between` are compared. `inspect` looks into the
    queries of SQL traits; without it their traits have no names.
    """
    return _definitions(read_files(root, folder), path_in_project(root, folder), root, now, inspect)


def load_edited(
    root: Path, folder: Path, edited: File, *, now: datetime, inspect: Inspect | None = None
) -> Definitions:
    """Load the definitions of a project as they would be with those of one more file in place of theirs."""
    files = [each for each in read_files(root, folder) if each.name != edited.name]
    return _definitions([*files, edited], path_in_project(root, folder), root, now, inspect, edited.name)


def load_text(text: str, file: str = "audiences/text.yaml", *, now: datetime, root: Path | None = None) -> Definitions:
    """Load the definitions of one text; without a `root` the files that lists name are not looked for."""
    return _definitions([File(file, text)], Path(file).parent.as_posix(), root, now, None)


@dataclass(slots=True)
class _Reading:
    """What reading the files, each by itself, gave. `lost` are the kinds of keys in documents beyond reading."""

    drafts: list[Draft] = field(default_factory=list)
    lost: dict[str, str] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)
    lines: dict[str, list[str]] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)


Links = dict[str, dict[str, Span]]
"""By key, the keys of the definitions that it names, each with the place where it is named first."""


def _definitions(
    files: Iterable[File],
    folder: str,
    root: Path | None,
    now: datetime,
    inspect: Inspect | None,
    first: str | None = None,
) -> Definitions:
    """Make the definitions of what files hold; those of the file `first` take the place of others of their keys."""
    reading = _read(files, now)
    if first is not None:
        edited = {each.key for each in reading.drafts if each.source.file == first}
        reading.drafts = [each for each in reading.drafts if each.source.file == first or each.key not in edited]
    if inspect is not None:
        reading.drafts = look_into_queries(reading.drafts, inspect, reading.lines)
    known = _known(reading, folder)
    shown = _problems(reading, known, root)
    broken: dict[str, list[Diagnostic]] = defaultdict(list)
    for each in shown:
        if each.key is not None and each.severity == "error":
            broken[each.key].append(each)
    return Definitions(
        documents={
            each.key: _loaded(each.key, each.document, each)
            for each in reading.drafts
            if each.key is not None and each.document is not None and each.key not in broken
        },
        broken={key: tuple(each) for key, each in broken.items()},
        disabled=frozenset(
            each.key for each in reading.drafts if each.key in broken and each.source.value.get("enabled") is False
        ),
        diagnostics=tuple(shown),
        unreadable=tuple(dict.fromkeys(reading.unreadable)),
        lines=reading.lines,
        kinds=known.kinds,
    )


def _read(files: Iterable[File], now: datetime) -> _Reading:
    reading = _Reading()
    for file in files:
        reading.lines[file.name] = split_lines(file.text)
        if file.problem is not None:
            reading.problems.append(file.problem)
            reading.unreadable.append(file.name)
            continue
        sources, broken = read_yaml(file.text, file.name)
        reading.drafts.extend(read_draft(source, now) for source in sources)
        for each in broken:
            reading.problems.append(replace(each.problem, key=each.key))
            reading.unreadable.append(file.name)
            if each.kind is not None and each.key is not None:
                reading.lost.setdefault(each.key, each.kind)
    return reading


def _known(reading: _Reading, folder: str) -> Known:
    named = {each.key: each for each in reversed(reading.drafts) if each.key is not None}
    return Known(
        kinds={**reading.lost, **{key: each.kind for key, each in named.items() if each.kind is not None}},
        levels={key: each.level for key, each in named.items()},
        folder=folder,
        defined=named,
        sql_traits=sql_traits_of(reading.drafts),
    )


def _problems(reading: _Reading, known: Known, root: Path | None) -> list[Diagnostic]:
    """Give all problems in the order of reading, with the keys of the definitions that have them."""
    links = _links(reading.drafts, known)
    problems = [
        *reading.problems,
        *(replace(each, key=draft.key) for draft in reading.drafts for each in draft.problems),
        *(replace(each, key=draft.key) for draft, each in check_together(reading.drafts, known, root)),
        *_cycles(links),
    ]
    _add_linking(links, reading.drafts, known)
    problems.extend(_dependents(links, {each.key for each in problems if each.severity == "error"}))
    return in_reading_order(
        replace(each, source_line=shown_line(each.span, reading.lines.get(each.span.file, []))) for each in problems
    )


def _links(drafts: Sequence[Draft], known: Known) -> Links:
    links: Links = defaultdict(dict)
    for draft in drafts:
        if draft.key is None:
            continue
        for named in named_in(draft.places):
            target = known.target(named)
            if target is not None:
                links[draft.key].setdefault(target, draft.span_of(named))
        if reads_computed_traits(draft):
            span = draft.source.span_of(("sql",))
            links[draft.key] |= dict.fromkeys(known.keys("trait"), span)
    return links


def _cycles(links: Links) -> Iterator[Diagnostic]:
    for cycle in cycles_in({key: tuple(targets) for key, targets in links.items()}):
        name, following = cycle[0], cycle[1 % len(cycle)]
        yield replace(report("cycle", links[name][following], name=name, cycle=drawn(cycle)), key=name)


def _add_linking(links: Links, drafts: Sequence[Draft], known: Known) -> None:
    """Let what asks about users of accounts name the SQL traits that link them; this closes no circle."""
    linking = [draft.key for draft in drafts if draft.key is not None and links_users(draft.document)]
    for draft in drafts if linking else ():
        if draft.key is None or draft.document is None:
            continue
        for place in where_users_of_accounts_matter(draft.places, known.levels):
            for key in linking:
                links.setdefault(draft.key, {}).setdefault(key, draft.source.span_of(place.loc))


def _dependents(links: Links, failed: set[str | None]) -> Iterator[Diagnostic]:
    """Report what cannot be computed because something that it depends on, through however many, has errors."""
    naming: dict[str, list[str]] = defaultdict(list)
    for key, targets in links.items():
        for target in targets:
            naming[target].append(key)
    waiting = deque(key for key in failed if key is not None)
    reached = set(waiting)
    while waiting:
        name = waiting.popleft()
        for key in naming[name]:
            if key not in reached:
                reached.add(key)
                waiting.append(key)
                yield replace(report("depends-on-broken", links[key][name], name=name, key=key), key=key)


def _loaded(key: str, document: AnyDocument, draft: Draft) -> LoadedDocument:
    meaning = document.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=_WORDS_ABOUT)
    canonical = json.dumps(meaning, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return LoadedDocument(
        key=key,
        kind=draft.kind or "",
        document=document,
        file=draft.source.file,
        span=draft.key_span,
        text=draft.source.text,
        digest=hashlib.sha256(canonical.encode()).hexdigest(),
        source=draft.source,
    )
