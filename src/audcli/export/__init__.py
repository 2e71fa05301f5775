"""Audiences as CSV files: who is in, under which external ids, in the exact bytes that SPEC section 14 fixes.

    options ──► audience.export_audience
                   │  members.last_committed      which run, which state of identity
                   │  members.members, .ids       its members and their ids, as SQL
                   ▼
                formats.lay_out                   header, and one query whose pieces of text make the body
                   │  quoting                     CSV and JSON quoting, as SQL
                   │  normalise.rule_for          single column: how the values of an id type are written
                   ▼
                files.opened ──► the file         whole or not at all, counted and digested on the way
                   │
                   ▼
                receipt.Receipt

DuckDB joins, quotes, hashes and sorts, spilling to disk; what Python sees are batches of finished text, so
memory stays bounded however large the audience is.
"""

from audcli.export.audience import Progress, expected_seconds, export_audience
from audcli.export.options import ExportOptions, Format, LineEnding
from audcli.export.receipt import Receipt

__all__ = [
    "ExportOptions",
    "Format",
    "LineEnding",
    "Progress",
    "Receipt",
    "expected_seconds",
    "export_audience",
]
