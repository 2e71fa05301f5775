"""What an explanation is made of: values that can be printed, or written as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from audcli.plan.model import Level
from audcli.runs.membership import Membership

SHOWN_EVENTS = 10
"""How many events of a part are shown, the latest."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One event that was looked at: its time (UTC), its message id, and the account that it carries, if any."""

    time: datetime
    event: str
    message_id: str
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """One part of a condition, with its truth for the entity at hand.

    `kind` is the head as written (`all`, `event`, `trait` …), or `step`, `user`, `account` for what stands below a
    sequence or a quantifier; `text` says the part in words. `found` is the value that was found and `limit` what it
    was held against, where the part is about a value or a number. `events` are the latest that counted, out of
    `event_count`. `notes` say what else bears on it.
    """

    kind: str
    text: str
    holds: bool
    found: str | None = None
    limit: str | None = None
    events: tuple[Evidence, ...] = ()
    event_count: int = 0
    notes: tuple[str, ...] = ()
    children: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """When the answer changes by time alone, if no further call comes: `at` (UTC), and what it is from then on.

    Without `at` it stays as it is up to `checked_until`, or for ever where that is absent.
    """

    at: datetime | None
    becomes: bool | None
    checked_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an entity is or is not in an audience at `as_of` (UTC), or what made its value of a trait.

    `entity` is its key; `member` is None where a trait is explained. Without a `root` it did not exist then: it had no
    call yet, or no group call. `last_run` is what the last run of the audience made of it, None where it was never
    computed.
    """

    key: str
    of: Level
    entity: str
    as_of: datetime
    member: bool | None
    root: Node | None
    last_run: Membership | None = None
    change: Change | None = None
