"""Checks across all definitions of a project: names that are taken, names that lead nowhere, circles.

audience: vips   (in two files)   ->   error[duplicate-key]: the key `vips` is taken
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from audcli.definitions.checks.lists import check_list_file
from audcli.definitions.documents import Level, SqlTraitDocument
from audcli.definitions.drafts import Draft
from audcli.definitions.owners import KIND_NAMES
from audcli.definitions.queries import taken_names
from audcli.definitions.references import Dependency, named_in
from audcli.definitions.reporting import Prose, listed, nearest, report
from audcli.diagnostics import Diagnostic, has_errors

_FITTING: dict[str, tuple[str, ...]] = {
    "audience": ("audience",),
    "trait": ("trait",),
    "list": ("list",),
    "expected": ("audience", "trait"),
}


@dataclass(frozen=True, slots=True)
class Known:
    """Every key of the project: its kind, of whom it speaks, and the folder in which they all are.

    `defined` has the definition of each key, `sql_traits` the SQL trait that has a trait of a name.
    """

    kinds: Mapping[str, str]
    levels: Mapping[str, Level]
    folder: str
    defined: Mapping[str, Draft]
    sql_traits: Mapping[str, Draft]

    def target(self, named: Dependency) -> str | None:
        """Give the key of the definition that a name leads to, None where it leads to none of a fitting kind.

        The name of a trait leads to a computed trait of the same level, or to the SQL trait of the same level that has
        a trait of that name; any other is that of a custom trait.
        """
        if named.kind in ("trait", "expected") and named.key in self.sql_traits:
            draft = self.sql_traits[named.key]
            return draft.key if named.kind == "expected" or draft.level == named.level else None
        kind = self.kinds.get(named.key)
        if kind not in _FITTING[named.kind] and not self._may_have(kind, named):
            return None
        if named.kind == "trait" and self.levels.get(named.key, named.level) != named.level:
            return None
        return named.key

    def _may_have(self, kind: str | None, named: Dependency) -> bool:
        """Tell whether a name may be a trait of the SQL trait of that key, as long as nobody knows which it has."""
        if kind != "sql_trait" or named.kind not in ("trait", "expected"):
            return False
        draft = self.defined.get(named.key)
        if draft is None or has_errors(draft.problems):
            return True
        return not (isinstance(draft.document, SqlTraitDocument) and draft.document.query.traits)

    def traits_of(self, key: str) -> list[str]:
        """List the names of the traits of an SQL trait."""
        return [name for name, draft in self.sql_traits.items() if draft.key == key]

    def keys(self, *kinds: str) -> list[str]:
        """List the keys of some kinds."""
        return [key for key, kind in self.kinds.items() if kind in kinds]


def check_together(drafts: Sequence[Draft], known: Known, root: Path | None) -> Iterator[tuple[Draft, Diagnostic]]:
    """Give every problem between definitions with the draft that has it; files are looked for below `root`."""
    yield from _duplicates(drafts)
    yield from taken_names(drafts, known.sql_traits, known.defined)
    for draft in drafts:
        for named in named_in(draft.places):
            yield from ((draft, problem) for problem in _name(draft, named, known))
            if named.kind == "expected":
                yield from ((draft, problem) for problem in _form(draft, named, known))
        if root is not None and draft.places:
            yield from ((draft, each) for each in check_list_file(draft.places[0], draft.source, root))


def _duplicates(drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Diagnostic]]:
    first: dict[str, Draft] = {}
    for draft in drafts:
        if draft.key is None:
            continue
        taken = first.setdefault(draft.key, draft)
        if taken is not draft:
            span = taken.key_span
            yield (
                draft,
                report("duplicate-key", draft.key_span, name=draft.key, file=span.file, line=span.line),
            )


def _name(draft: Draft, named: Dependency, known: Known) -> Iterator[Diagnostic]:
    span, kind = draft.span_of(named), known.kinds.get(named.key)
    facts = {"name": named.key, "folder": known.folder, "kind": Prose(KIND_NAMES.get(kind or "", ""))}
    if known.target(named) is not None:
        return
    match named.kind, kind:
        case "audience", None:
            yield report("unknown-audience", span, **facts, nearest=nearest(named.key, known.keys("audience")))
        case "audience", _:
            hint = f"to test the trait: `trait: {named.key}` with an operator" if kind == "trait" else ""
            yield report("not-an-audience", span, **facts, hint=Prose(hint))
        case "list", None:
            yield report("unknown-list", span, **facts, nearest=nearest(named.key, known.keys("list")))
        case "list", _:
            yield report("not-a-list", span, **facts)
        case "expected", None:
            keys = [*known.keys("audience", "trait"), *known.sql_traits]
            yield report("unknown-definition", span, **facts, nearest=nearest(named.key, keys))
        case "expected", "sql_trait":
            yield report("expected-column", span, **facts, columns=listed(known.traits_of(named.key), "and"))
        case "expected", _:
            yield report("not-computed", span, **facts)
        case "trait", "audience":
            yield report("audience-as-trait", span, **facts)
        case "trait", "sql_trait" if named.key not in known.sql_traits:
            document = known.defined[named.key].document
            traits = listed(document.query.traits if isinstance(document, SqlTraitDocument) else (), "and")
            yield report("sql-trait-as-trait", span, **facts, traits=traits)
        case "trait", "trait" | "sql_trait":
            hint = across(named.level)
            yield report(
                "trait-of-other-level",
                span,
                **facts,
                level=known.levels[named.key],
                other=named.level,
                hint=hint,
            )


def _form(draft: Draft, named: Dependency, known: Known) -> Iterator[Diagnostic]:
    """Check that a test expects members of an audience, and values of a trait."""
    kind, expected = known.kinds.get(named.key), draft.source.value["expect"][named.key]
    span = draft.source.span_of(named.loc)
    if kind == "audience" and isinstance(expected, dict):
        yield report("expected-members", span, name=named.key)
    elif kind in ("trait", "sql_trait") and isinstance(expected, list):
        yield report("expected-values", span, name=named.key, kind=Prose(KIND_NAMES[kind]))


def across(level: Level) -> Prose:
    """Say how a condition on entities of this level asks about those of the other one."""
    if level == "users":
        return Prose("to ask about the accounts of a user: `accounts: any` with `where`")
    return Prose("to ask about the users of an account: `users: any` with `where`")
