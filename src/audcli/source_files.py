"""Which files can be sources of SQL traits, by their names.

data/tickets.csv.gz   yes        data/tickets.xlsx   no
"""

from __future__ import annotations

import re

SUFFIXES = (".csv", ".jsonl", ".ndjson", ".json", ".parquet")
"""All but the last may be followed by `.gz` or `.zst`."""

_SUFFIX = re.compile(r"\.(?:(?:csv|jsonl|ndjson|json)(?:\.gz|\.zst)?|parquet)$", re.IGNORECASE)


def can_be_source(name: str) -> bool:
    """Tell whether a file of that name is read as CSV, JSON lines or Parquet."""
    return _SUFFIX.search(name) is not None
