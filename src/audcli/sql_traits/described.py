"""What a query gives and reads, found without running it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a result: its name, its type in the engine's words, and whether its values can be ids."""

    name: str
    type: str
    can_be_id: bool


@dataclass(frozen=True, slots=True)
class Described:
    """The columns that a query gives, and those that it reads, by relation."""

    columns: tuple[Column, ...]
    reads: Mapping[str, tuple[str, ...]]
