"""The latest events of one entity."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from audcli.stored_numbers import json_of_variant


@dataclass(frozen=True, slots=True)
class Event:
    """A `track`, `page` or `screen` call; its time is UTC, `group_id` the account that it carries."""

    time: datetime
    type: str
    name: str
    message_id: str
    group_id: str | None
    properties: dict[str, Any]


def recent_events(connection: duckdb.DuckDBPyConnection, theirs: str, limit: int) -> tuple[Event, ...]:
    """Give the last `limit` events, the latest first; `theirs` is the condition in SQL on the calls that count.

    Only the few that are given have their properties read.
    """
    rows = connection.execute(
        f"""with latest as (
                select calls.rowid as place, time, message_id
                from calls semi join (from call_names where type in ('track', 'page', 'screen')) using (call_name)
                where {theirs} order by time desc, message_id desc limit $limit)
            select calls.time, type, name, calls.message_id, group_id, {json_of_variant("properties")}
            from calls join latest on calls.rowid = place join call_names using (call_name)
                left join accounts using (account)
            order by calls.time desc, calls.message_id desc""",
        {"limit": limit},
    ).fetchall()
    return tuple(
        Event(time, type_, name, message_id, group_id, json.loads(properties))
        for time, type_, name, message_id, group_id, properties in rows
    )
