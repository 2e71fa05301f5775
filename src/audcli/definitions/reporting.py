"""Makes diagnostics of messages and facts.

report("unknown-audience", span, name="vip", folder="audiences", nearest=nearest("vip", ["vips"]))
    ->  error[unknown-audience]: there is no audience `vip` ... = did you mean `vips`?
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from audcli.definitions.messages import MESSAGES
from audcli.diagnostics import Diagnostic, Span
from audcli.numbers import shortest_text

_LONGEST_FACT = 80


class Prose(str):
    """Text of our own, which is shown whole; all other facts are the user's and are shown safely and shortened."""

    __slots__ = ()


def report(code: str, span: Span, **facts: object) -> Diagnostic:
    """Make the diagnostic of a message at a place, its gaps filled with facts."""
    message = MESSAGES[code]
    shown = {name: fact if isinstance(fact, Prose) else _shown(str(fact)) for name, fact in facts.items()}
    return Diagnostic(
        code=code,
        severity=message.severity,
        message=message.words.format_map(shown),
        span=span,
        label=message.label.format_map(shown),
        hint=message.hint.format_map(shown).strip(" ;") or None,
    )


def nearest(name: str, known: Iterable[str]) -> Prose:
    """Ask whether one of the (at most three) known names most like a name was meant; else say nothing."""
    close = difflib.get_close_matches(name, sorted(set(known)), n=3)
    return Prose(f"did you mean {listed(close)}?" if close else "")


def listed(names: Iterable[str], last: str = "or") -> Prose:
    """Join names for reading: "`a`, `b` or `c`"."""
    quoted = [f"`{_shown(name)}`" for name in names]
    if len(quoted) < 2:
        return Prose("".join(quoted))
    return Prose(f"{', '.join(quoted[:-1])} {last} {quoted[-1]}")


def described(value: Any) -> Prose:
    """Say what a value of a definition is: "the number `5`", "a list"."""
    match value:
        case None:
            return Prose("nothing")
        case bool():
            return Prose("`true`" if value else "`false`")
        case int() | float():
            return Prose(f"the number `{_number(value)}`")
        case datetime():
            return Prose(f"the timestamp `{value.isoformat()}`")
        case date():
            return Prose(f"the date `{value}`")
        case str():
            return Prose(f"the text `{_shown(value)}`")
        case list():
            return Prose("a list")
        case _:
            return Prose("a mapping")


def _number(value: int | float) -> str:
    if math.isnan(value):
        return ".nan"
    return shortest_text(value) if math.isfinite(value) else str(value).replace("inf", ".inf")


def _shown(text: str) -> str:
    """Make a user's text safe to print in one line: control characters written as escapes, long texts cut."""
    cut = text if len(text) <= _LONGEST_FACT else text[: _LONGEST_FACT - 1] + "…"
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in cut)
