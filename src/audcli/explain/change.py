"""When an answer changes by time alone: windows move on, dates come near, and no further call comes.

The compiled plan is asked again at each instant at which that can happen, on the same slice, until it answers
otherwise. These instants are where an event or a date meets the end of a window that the definitions speak of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from audcli.explain.model import Change

_LOOKED_AT = 40
"""How many instants are looked at, at the most."""

_AT_FIRST = 4
"""How many at first, of which mostly one decides. To ask about several at once takes little more than to ask of one."""


def next_change(
    instants: Iterable[datetime], member: bool, are_members_at: Callable[[Sequence[datetime]], Sequence[bool]]
) -> Change:
    """Find the first of the instants at which the answer is no longer `member`."""
    ahead = sorted(set(instants))
    for together in (ahead[:_AT_FIRST], ahead[_AT_FIRST:_LOOKED_AT]):
        for instant, becomes in zip(together, are_members_at(together) if together else (), strict=True):
            if becomes != member:
                return Change(instant, becomes)
    return Change(None, None, ahead[_LOOKED_AT - 1] if len(ahead) > _LOOKED_AT else None)
