"""Named lists as tables of one column, `value`: a list of a million values is a million rows, never literals."""

from __future__ import annotations

from hashlib import sha256

from audcli.plan.model import InList


def list_table(test: InList) -> str:
    """Name the table that holds the list's values, in the form of the id type that it is held against.

    Types of ids are any texts, and names of tables are not: a digest stands for the type.
    """
    if test.id_type is None:
        return f"list_{test.key}"
    return f"typed_list_{sha256(test.id_type.encode()).hexdigest()[:16]}_{test.key}"
