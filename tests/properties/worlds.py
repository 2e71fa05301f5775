"""A random world: calls, definitions, as-of and settings, on which both evaluators can be run.

worlds(sequences=True)  draws  World(calls=[…], definitions=[…], as_of=…, settings={"timezone": "Europe/Berlin"})
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from hypothesis import strategies as st

from properties.aimed import EVENT_HEADS
from properties.calls import calls
from properties.definitions import LISTS, Dealer
from properties.values import AS_OFS, ZONES
from reference.calls import read_calls
from reference.snapshot import take_snapshot
from yaml_core import write_documents


@dataclass(frozen=True)
class World:
    """All that decides who is in which audience."""

    calls: list[dict[str, Any]]
    definitions: list[dict[str, Any]]
    as_of: datetime
    settings: dict[str, Any]

    @property
    def audiences(self) -> list[str]:
        """The keys of the audiences."""
        return [definition["audience"] for definition in self.definitions if "audience" in definition]

    def __str__(self) -> str:
        """Show what to reproduce a difference with."""
        lines = [f"as of {self.as_of.isoformat()}, settings {self.settings}", write_documents(self.definitions)]
        return "\n".join(lines + [repr(call) for call in self.calls])


def worlds(size: int = 20, **parts: Any) -> st.SearchStrategy[World]:
    """Draw stores of calls with `size` audiences over each; `parts` are the flags of `Dealer`."""
    return st.integers(0, 2**63).map(lambda seed: deal_world(seed, size, **parts))


def deal_world(seed: int, size: int = 20, **parts: Any) -> World:
    """Deal the world of one seed."""
    return _deal(seed, lambda dealer: dealer.definitions(size), parts)


def deal_traits(seed: int, accounts: bool, size: int = 8) -> World:
    """Deal a world of computed traits alone, of which later ones may name earlier ones."""
    return _deal(seed, lambda dealer: dealer.traits(size), {"computed": True, "accounts": accounts})


def _deal(seed: int, definitions: Callable[[Dealer], list[dict[str, Any]]], parts: dict[str, Any]) -> World:
    deal = Random(seed)
    as_of, accounts = deal.choice(AS_OFS), parts.get("accounts", False)
    settings: dict[str, Any] = {"timezone": deal.choice(ZONES)}
    if accounts and deal.random() < 0.5:
        settings["account_events"] = deal.choice(["own", "tagged", "all"])
    dealt = calls(deal, as_of, accounts)
    read = read_calls(dealt, settings)
    dealer = Dealer(
        deal,
        as_of,
        seen=tuple(_scalars(dealt)),
        events=tuple(call for call in read if call.type in EVENT_HEADS),
        carriers=tuple(call for call in read if call.type in ("identify", "group")),
        snapshot=take_snapshot(LISTS, dealt, as_of, settings) if parts.get("computed") else None,
        **parts,
    )
    return World(dealt, definitions(dealer), as_of, settings)


def _scalars(value: Any) -> Iterator[Any]:
    """List the scalars within properties and traits."""
    match value:
        case {"type": _}:
            yield from _scalars([value.get("properties", {}), value.get("traits", {})])
        case dict():
            yield from _scalars(list(value.values()))
        case list():
            for element in value:
                yield from _scalars(element)
        case _ if value is not None:
            yield value
