"""Texts: parts of them, expressions that match, digests."""

from __future__ import annotations

from sqlglot.expressions import Expr

from audcli.sql.vocabulary.literals import function_call, integer, text


def lower(value: Expr) -> Expr:
    """Give simple lower case, code point by code point."""
    return function_call("lower", value)


def upper(value: Expr) -> Expr:
    """Give upper case, code point by code point."""
    return function_call("upper", value)


def trimmed(value: Expr) -> Expr:
    """Take ASCII white space off both ends."""
    return function_call("trim", value, text(" \t\n\r\f\v"))


def contains(value: Expr, part: Expr) -> Expr:
    """The text has that part."""
    return function_call("contains", value, part)


def starts_with(value: Expr, part: Expr) -> Expr:
    """The text begins so."""
    return function_call("starts_with", value, part)


def ends_with(value: Expr, part: Expr) -> Expr:
    """The text ends so."""
    return function_call("suffix", value, part)


def matches(value: Expr, expression: str, fold: bool = False) -> Expr:
    """An RE2 expression is found anywhere in the text."""
    options = [text("i")] if fold else []
    return function_call("regexp_matches", value, text(expression), *options)


def fully_matches(value: Expr, expression: str) -> Expr:
    """An RE2 expression matches the whole text."""
    return function_call("regexp_full_match", value, text(expression))


def replaced(value: Expr, expression: str, by: str) -> Expr:
    """Replace the first match of an RE2 expression."""
    return function_call("regexp_replace", value, text(expression), text(by))


def unless_empty(value: Expr) -> Expr:
    """Give the text, NULL for an empty one."""
    return function_call("nullif", value, text(""))


def joined_text(*values: Expr) -> Expr:
    """Put texts one after the other."""
    return function_call("concat", *values)


def padded(value: Expr, width: int) -> Expr:
    """Put zeros before a text up to a width."""
    return function_call("lpad", value, integer(width), text("0"))


def sha256_hex(value: Expr) -> Expr:
    """Give the SHA-256 of a text's UTF-8 as 64 lower-case hexadecimal digits."""
    return function_call("sha256", value)


def leading(value: Expr, count: int) -> Expr:
    """Give the first characters of a text."""
    return function_call("substr", value, integer(1), integer(count))
