"""Asks RE2 itself whether it can use an expression, and says in words of our own why it cannot.

(?=x)   ->   Refusal("there is no such group: `(?=`", "RE2 has no look-ahead and no look-behind")
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from audcli.definitions.reporting import Prose, listed

_REASONS: tuple[tuple[str, str, str], ...] = (
    ("missing )", "a `(` is never closed", "write `\\(` for the character itself"),
    ("unexpected )", "a `)` closes nothing", "write `\\)` for the character itself"),
    ("missing ]", "a `[` is never closed", "write `\\[` for the character itself"),
    ("no argument for repetition", "there is nothing to repeat before it", "write `\\*` for the character itself"),
    ("bad repetition operator", "two signs of repetition follow one another", ""),
    ("invalid repetition size", "a repetition is out of order, or of more than 1000 times", ""),
    ("trailing", "it ends in a lone backslash", "write `\\\\` for the character itself"),
    ("invalid character class range", "there is no such range or class of characters", ""),
    ("invalid escape sequence", "there is no such escape", "RE2 has no references back to a group, as `\\1`"),
    ("capture group", "a group's name is malformed", "a named group is written `(?P<name>...)`"),
    ("invalid perl operator", "there is no such group", "RE2 has no look-ahead and no look-behind"),
    ("too large", "it is too large", "repeat fewer times, or split it"),
)  # fmt: skip
_LITERAL_PARTS = re.compile(r"\\Q.*?(?:\\E|\Z)|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why RE2 does not take an expression, and what to do about it."""

    reason: Prose
    hint: Prose


def refusal_of(expression: str, *, ignore_case: bool) -> Refusal | None:
    """Tell why RE2 refuses an expression, None when it does not."""
    import pyarrow
    import pyarrow.compute

    if "(?<" in _LITERAL_PARTS.sub("", expression):
        # Newer releases of RE2 take `(?<name>...)`; the store's does not.
        hint = "a named group is written `(?P<name>...)`, and RE2 has no look-behind"
        return Refusal(Prose("there is no such group: `(?<`"), Prose(hint))
    try:
        text = pyarrow.array([""], pyarrow.string())
        pyarrow.compute.match_substring_regex(text, pattern=expression, ignore_case=ignore_case)
    except pyarrow.ArrowInvalid as invalid:
        return _refusal(str(invalid).removeprefix("Invalid regular expression: "))
    return None


def _refusal(words: str) -> Refusal:
    problem, _, part = words.partition(": ")
    for known, reason, hint in _REASONS:
        if known in problem:
            shown = f"{reason}: {listed([part])}" if part and known not in _WITHOUT_PART else reason
            return Refusal(Prose(shown), Prose(hint))
    return Refusal(Prose("it is malformed"), Prose(""))


_WITHOUT_PART = ("missing )", "unexpected )", "missing ]", "too large", "trailing")
"""Problems for which RE2 names the whole expression rather than the part that is wrong."""
