"""The views that SQL traits read besides the sources: their columns and types, in the order of the contract.

events       message_id varchar | type varchar | event varchar | key varchar | ...
"""

from __future__ import annotations

from collections.abc import Mapping

VIEWS: Mapping[str, Mapping[str, str]] = {
    "events": {
        "message_id": "varchar",
        "type": "varchar",
        "event": "varchar",
        "key": "varchar",
        "user_id": "varchar",
        "anonymous_id": "varchar",
        "group_id": "varchar",
        "timestamp": "timestamp",
        "received_at": "timestamp",
        "properties": "json",
        "context": "json",
    },
    "profiles": {
        "key": "varchar",
        "user_id": "varchar",
        "known": "boolean",
        "first_seen": "timestamp",
        "last_seen": "timestamp",
        "traits": "json",
    },
    "identifiers": {"key": "varchar", "id_type": "varchar", "id_value": "varchar", "first_seen": "timestamp"},
    "accounts": {"group_id": "varchar", "first_seen": "timestamp", "last_seen": "timestamp", "traits": "json"},
    "account_users": {"group_id": "varchar", "key": "varchar", "user_id": "varchar", "since": "timestamp"},
    "computed_traits": {"level": "varchar", "key": "varchar", "trait": "varchar", "value": "json"},
}
"""By view, the type of each column."""
