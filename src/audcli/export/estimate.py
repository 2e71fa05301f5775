"""How long an export will take, before it is begun.

1,000,000 members with 3.25 ids each, as `indexed`    ->    some 8 seconds
"""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from audcli.export.options import ExportOptions, Format
from audcli.export.results import last_result
from audcli.export.users import level_of_rows

_SECONDS_PER_ID: dict[Format, float] = {
    "unformatted": 1.3e-6,
    "indexed": 1.8e-6,
    "expanded": 4e-6,
    "single-column": 3e-6,
}
_SECONDS_PER_PHONE = 45e-6


def expected_seconds(connection: DuckDBPyConnection, key: str, options: ExportOptions) -> float:
    """Guess how long an export will take, from the number of members and the average number of their ids.

    The rates are those of one machine with two cores: enough to decide whether to show the user anything at all.
    Raises `AudcliError` when the key was never computed, `UsageError` when it is that of several traits, or of users
    that are to be expanded.
    """
    result = last_result(connection, key)
    [(members,)] = connection.execute(f"select count(*) from ({result.entities})").fetchall()
    if level_of_rows(result, options) == "accounts":
        return int(members) * _SECONDS_PER_ID[options.format]
    id_type = (options.id_type or "email") if options.format == "single-column" else None
    [(ids, entities)] = connection.execute(
        f"""select (select count(*) from identifiers where $type is null or type = $type),
            (select count(*) from {"profile_keys" if result.level == "users" else "accounts"})""",
        {"type": id_type},
    ).fetchall()
    rate = _SECONDS_PER_PHONE if id_type == "phone" else _SECONDS_PER_ID[options.format]
    return rate * int(members) * int(ids) / max(int(entities), 1)
