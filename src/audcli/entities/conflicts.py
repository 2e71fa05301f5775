"""The links between ids that identity resolution did not make, since each of the two profiles has a user id.

call m2: userId bo, anonymousId ipad        Conflict(m2, user_id:bo of bo's profile, anonymous_id:ipad of ann's)
(ann used the ipad first)              ->   the call is bo's, the ipad stays ann's
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from audcli.store import Store

_FETCH_ROWS = 1_000

# Calls may ask for a link from either of its two ids.
_PAIR = "least(identifier, other), greatest(identifier, other)"

_CONFLICTS = f"""
    with people as (
        select identifier, type, value, key, profile
        from identity join identifiers using (identifier) join profile_keys using (profile)
        where until_generation is null),
    first_refusals as (
        from links where refused
        qualify row_number() over (partition by {_PAIR} order by time, message_id, position) = 1)
    select time, message_id, one.type, one.value, one.key, users.value,
        other.type, other.value, other.key, other_users.value
    from (from first_refusals order by time, message_id, position limit $limit) as links
        join people as one using (identifier)
        join people as other on other.identifier = links.other
        join people as users on users.profile = one.profile and users.type = 'user_id'
        join people as other_users on other_users.profile = other.profile and other_users.type = 'user_id'
    order by time, message_id, position"""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two ids, and the profile that has it: its key and its user id."""

    type: str
    value: str
    key: str
    user_id: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A link that was not made: the first call that asks for it (its time in UTC), and the two sides.

    The call belongs to the profile of the first side.
    """

    time: datetime
    message_id: str
    one: Side
    other: Side


def conflicts(store: Store, *, limit: int | None = None) -> Iterator[Conflict]:
    """List the links that were not made (only the first ones) by time and message id."""
    rows = store.connection.cursor().execute(_CONFLICTS, {"limit": limit})
    while batch := rows.fetchmany(_FETCH_ROWS):
        for time, message_id, *sides in batch:
            yield Conflict(time, message_id, Side(*sides[:4]), Side(*sides[4:]))


def count_conflicts(store: Store) -> int:
    """Count the links that were not made; each pair of ids once, however many calls ask for it."""
    pairs = f"select distinct {_PAIR} from links where refused"
    [(count,)] = store.connection.execute(f"select count(*) from ({pairs})").fetchall()
    return int(count)
