"""When an answer changes by time alone: windows move on, dates come near, and no further call comes.

The compiled plan is asked again at each instant at which that can happen, on the same slice, until it answers
otherwise. These instants are where an event or a date meets the end of a window that the definitions speak of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from audcli.explain.model import Change

_LOOKED_AT = 40
"""How many instants are looked at, at the most."""


def next_change(instants: Iterable[datetime], member: bool, is_member_at: Callable[[datetime], bool]) -> Change:
    """Find the first of the instants at which the answer is no longer `member`."""
    ahead = sorted(set(instants))
    for instant in ahead[:_LOOKED_AT]:
        if is_member_at(instant) != member:
            return Change(instant, not member)
    return Change(None, None, ahead[_LOOKED_AT - 1] if len(ahead) > _LOOKED_AT else None)
