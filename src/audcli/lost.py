"""What definitions need that the ledger knows and that no definition as it can be read now gives.

`buyers` names the trait `orders`, which the last run computed, and audiences/orders.yaml does not parse any more
    ->   error[lost-definition] of `buyers`: the trait `orders` was defined in a file that cannot be read: …

Without this, such a name would be taken for that of a custom trait, and members would be lost without a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from duckdb import DuckDBPyConnection

from audcli import runs
from audcli.definitions.documents import AudienceDocument, SqlTraitDocument, TraitDocument
from audcli.definitions.loader import Definitions, LoadedDocument
from audcli.definitions.places import places_of
from audcli.definitions.references import named_in, where_users_of_accounts_matter
from audcli.definitions.reporting import Prose, listed, report
from audcli.definitions.yaml_source import shown_line
from audcli.diagnostics import Diagnostic, Span
from audcli.plan.build import reads_computed_traits


def lost_dependencies(definitions: Definitions, connection: DuckDBPyConnection) -> list[Diagnostic]:
    """Give an error for everything that a valid definition needs and that is lost, with the key of that definition.

    Lost is what SQL traits with errors gave in the runs that computed them, for their queries need not tell; and, while
    a file cannot be read, what any definition gave that no file has and that does not count as removed.
    """
    if not definitions.broken and not definitions.unreadable:
        return []
    lost = _lost(definitions, connection)
    found = (
        replace(each, key=loaded.key, source_line=shown_line(each.span, definitions.lines[each.span.file]))
        for loaded in definitions.documents.values()
        for each in _needed_by(loaded, lost, definitions)
    )
    return list(dict.fromkeys(found))


def why_lost(definitions: Definitions, connection: DuckDBPyConnection) -> dict[str, str]:
    """Say by key, in one line, why definitions cannot be computed that need what is lost."""
    return {each.key: each.in_one_line for each in reversed(lost_dependencies(definitions, connection)) if each.key}


@dataclass(frozen=True, slots=True)
class _Lost:
    """What is lost: traits, by name and level, with the key that gave them; SQL traits that link users to accounts.

    `computed` are the computed traits among the keys.
    """

    traits: Mapping[tuple[str, str], str]
    linking: Sequence[str]
    computed: Sequence[str]


def _lost(definitions: Definitions, connection: DuckDBPyConnection) -> _Lost:
    known = {*definitions.documents, *definitions.broken}
    remembered = runs.remembered_keys(connection) if definitions.unreadable else {}
    hidden = {key: each for key, each in remembered.items() if key not in known and not each.removed}
    computed = {(key, each.level): key for key, each in hidden.items() if each.kind == "trait"}
    sought = [*definitions.broken, *hidden]
    there = set(_traits_in(definitions))
    given = {**runs.traits_given_by(connection, sought), **computed}
    return _Lost(
        {named: key for named, key in given.items() if named not in there},
        runs.linking(connection, [key for key in sought if key not in definitions.disabled]),
        sorted(computed.values()),
    )


def _traits_in(definitions: Definitions) -> Iterator[tuple[str, str]]:
    """Give the names and levels of the traits that valid definitions give."""
    for key, loaded in definitions.documents.items():
        match loaded.document:
            case TraitDocument(of=level):
                yield key, level
            case SqlTraitDocument(of=level) as document:
                yield from ((name, level) for name in document.query.traits)
            case _:
                pass


def _needed_by(loaded: LoadedDocument, lost: _Lost, definitions: Definitions) -> Iterator[Diagnostic]:
    places = tuple(places_of(loaded.kind, loaded.source.value))
    for named in named_in(places):
        key = lost.traits.get((named.key, named.level)) if named.kind == "trait" else None
        if key is not None:
            yield _problem(loaded, key, f"the trait `{named.key}`", loaded.source.span_of(named.loc), definitions)
    documents = definitions.documents.items()
    levels = {key: each.document.of for key, each in documents if isinstance(each.document, AudienceDocument)}
    for place in where_users_of_accounts_matter(places, levels) if lost.linking else ():
        what = f"the SQL trait `{lost.linking[0]}`, which links users to accounts,"
        yield _problem(loaded, lost.linking[0], what, loaded.source.span_of(place.loc), definitions)
    if lost.computed and reads_computed_traits(loaded.document):
        what = f"the computed trait `{lost.computed[0]}`"
        yield _problem(loaded, lost.computed[0], what, loaded.source.span_of(("sql",)), definitions)


def _problem(loaded: LoadedDocument, key: str, what: str, span: Span, definitions: Definitions) -> Diagnostic:
    if key in definitions.broken:
        return report("depends-on-broken", span, name=key, key=loaded.key)
    return report("lost-definition", span, what=Prose(what), files=listed(definitions.unreadable))
