"""Named lists as tables of one column, `value`: a list of a million values is a million rows, never literals."""

from __future__ import annotations

import re

from audcli.plan.model import InList


def list_table(test: InList) -> str:
    """Name the temporary table that holds the list's values, in the form of the id type that it is held against."""
    if test.id_type is None:
        return f"list_{test.key}"
    return f"list_{test.key}__{re.sub('[^a-z0-9]', '_', test.id_type.lower())}"
