"""What a computed trait needs and what it has no use for (SPEC section 11).

compute: sum              ->   error[property-missing]: `compute: sum` needs a `property`
event: Order Completed
"""

from __future__ import annotations

from collections.abc import Iterator

from audcli.definitions.events import Computation
from audcli.definitions.places import Place
from audcli.definitions.reporting import Prose, listed, report
from audcli.definitions.yaml_nodes import SourceDocument
from audcli.diagnostics import Diagnostic

_COUNTED = {"count": "events", "unique_users": "users"}
_OF_VALUES = (
    "sum", "average", "minimum", "maximum", "most_frequent", "first", "last", "unique_list", "unique_count",
)  # fmt: skip
_ACCOUNTS_ONLY = ("events", "include_anonymous", "user_trait")
_FOR_ONE = (
    ("limit", "unique_list", "limit-unused"),
    ("minimum_frequency", "most_frequent", "frequency-unused"),
)


def check_computation(place: Place, source: SourceDocument) -> Iterator[Diagnostic]:
    """Check the fields of a computed trait against what it computes and of whom."""
    if place.model is None or not issubclass(place.model, Computation):
        return
    yield from _level(place, source)
    compute = place.value.get("compute")
    if not isinstance(compute, str):
        return
    if compute in _OF_VALUES:
        yield from _needs_values(place, source, compute)
    elif compute in _COUNTED:
        for name in ("property", "user_trait"):
            if name in place.value:
                span = source.key_span_of((*place.loc, name))
                yield report("property-unused", span, compute=compute, name=name, counted=_COUNTED[compute])
    for name, wanted, code in _FOR_ONE:
        if name in place.value and compute in (*_OF_VALUES, *_COUNTED) and compute != wanted:
            yield report(code, source.key_span_of((*place.loc, name)), compute=compute)


def _level(place: Place, source: SourceDocument) -> Iterator[Diagnostic]:
    if place.level == "accounts":
        return
    for name in _ACCOUNTS_ONLY:
        if name in place.value:
            yield report("accounts-only", source.key_span_of((*place.loc, name)), name=listed([name]))
    if place.value.get("compute") == "unique_users":
        span = source.span_of((*place.loc, "compute"))
        yield report("accounts-only", span, name=Prose("`compute: unique_users`"))


def _needs_values(place: Place, source: SourceDocument, compute: str) -> Iterator[Diagnostic]:
    given = [name for name in place.value if name in ("property", "user_trait")]
    if not given:
        of_accounts = place.level == "accounts"
        hint = "for a trait of the users: `user_trait: NAME`" if of_accounts else "to count events: `compute: count`"
        span = source.span_of((*place.loc, "compute"))
        yield report("property-missing", span, compute=compute, hint=Prose(hint))
    elif len(given) > 1:
        yield report("two-properties", source.key_span_of((*place.loc, given[1])))
