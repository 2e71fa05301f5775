"""The least world that still fails: leave out audiences, calls, fields, parts of conditions, as long as it does.

smallest(world, fails)  ->  World(calls=[one call], definitions=[one audience, with one operator], …)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from properties.worlds import World

NEEDED = ("type", "event", "userId", "anonymousId", "groupId", "messageId", "audience", "trait", "list")


def smallest(world: World, fails: Callable[[World], bool], attempts: int = 200) -> World:
    """Give a world that fails too, and no longer does when any one thing more is left out.

    Stops after so many `attempts`, each of which evaluates a world twice. What makes an evaluation raise is no smaller
    version of the failure.
    """
    candidates = _smaller(world)
    while attempts and (candidate := next(candidates, None)) is not None:
        attempts -= 1
        if _fails_quietly(candidate, fails):
            world = candidate
            candidates = _smaller(world)
    return world


def _fails_quietly(world: World, fails: Callable[[World], bool]) -> bool:
    try:
        return fails(world)
    except Exception:
        return False


def _smaller(world: World) -> Iterator[World]:
    """Give worlds with less, those with much less first."""
    for some in _without_some(world.definitions):
        yield replace(world, definitions=some)
    for some in _without_some(world.calls):
        yield replace(world, calls=some)
    for number, definition in enumerate(world.definitions):
        for less in _less(definition):
            yield replace(world, definitions=_with(world.definitions, number, less))
    for number, call in enumerate(world.calls):
        for less in _less(call):
            yield replace(world, calls=_with(world.calls, number, less))
    if world.settings:
        yield replace(world, settings={})


def _without_some(items: list[Any]) -> Iterator[list[Any]]:
    """Leave out halves, then quarters, … then single ones."""
    size = len(items) // 2
    while size:
        for start in range(0, len(items), size):
            yield items[:start] + items[start + size :]
        size //= 2


def _less(value: Any) -> Iterator[Any]:
    """Leave out one field or element, or put a part of a condition in the place of the whole."""
    if isinstance(value, dict):
        for head in ("not", "all", "any"):
            if head in value:
                yield from value[head] if isinstance(value[head], list) else [value[head]]
        for key in value:
            if key not in NEEDED and len(value) > 1:
                yield {other: value[other] for other in value if other != key}
        for key, inner in value.items():
            for less in _less(inner):
                yield {**value, key: less}
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            if len(value) > 1:
                yield value[:number] + value[number + 1 :]
            for less in _less(inner):
                yield _with(value, number, less)


def _with(items: list[Any], number: int, item: Any) -> list[Any]:
    return [*items[:number], item, *items[number + 1 :]]
