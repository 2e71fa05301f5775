"""Hashes of all message ids in the store: to hold a file against them takes a sixth of what the ids themselves take.

calls  a-1, a-2       ->  message_hashes  7311…, 1902…
file   b-7, b-8       ->  no hash in common: no call of the file is in the store yet
"""

from __future__ import annotations

import duckdb

from audcli.store import Store
from audcli.tables import MESSAGE_HASHES

# Calls that somebody else put in or took out change their number; another version of the engine may have other hashes,
# which shows by the first: it is that of an empty text, which no message id is.
_IS_UP_TO_DATE = """
    select (select count(*) from message_hashes) = 1 + (select count(*) from calls)
        and (select hash from message_hashes limit 1) = hash('')"""

_MADE_ANEW = """
    delete from message_hashes;
    insert into message_hashes values (hash(''));
    insert into message_hashes select hash(message_id) from calls"""


def bring_up_to_date(store: Store) -> None:
    """Make the hashes anew where they are not those of the calls in the store, or where there are none yet."""
    store.connection.execute(MESSAGE_HASHES)
    [(is_up_to_date,)] = store.connection.execute(_IS_UP_TO_DATE).fetchall()
    if not is_up_to_date:
        with store.transaction():
            store.connection.execute(_MADE_ANEW)


def may_be_stored(connection: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether a staged call may have the message id of a call in the store; no is certain."""
    found = connection.execute("select 1 from staged_calls where hash(message_id) in (from message_hashes) limit 1")
    return bool(found.fetchall())
