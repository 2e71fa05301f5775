"""Patterns of LIKE in the order in which a text is to be held against them, to find the one that is its own.

['{"a": "%"}', '{"a": "%", "b": "%"}']  ->  ['{"a": "%", "b": "%"}', '{"a": "%"}']      the first matches texts of both
"""

from __future__ import annotations

from collections.abc import Sequence


def in_order_of_likeness(patterns: Sequence[str]) -> list[str]:
    """Order different patterns, given the most frequent first: so again, but none before one of whose texts it matches.

    The texts of a pattern are those that have no quotes where it has `%`, its only wild card.
    """
    ordered: dict[str, None] = {}
    begun: set[str] = set()

    def add(pattern: str) -> None:
        begun.add(pattern)
        for other in patterns:
            if other not in begun and _matches(pattern, other):
                add(other)
        ordered[pattern] = None

    for pattern in patterns:
        if pattern not in begun:
            add(pattern)
    return list(ordered)


def _matches(pattern: str, text: str) -> bool:
    first, *others = pattern.split("%")
    if not others:
        return text == pattern
    if not text.startswith(first):
        return False
    at = len(first)
    for part in others[:-1]:
        at = text.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return at + len(others[-1]) <= len(text) and text.endswith(others[-1])
