"""Audiences and traits as CSV files: who is in, under which external ids, in the exact bytes of SPEC section 14.

    options ──► exporting.export_key
                   │  results.last_result         which run, which state of identity
                   ▼
                formats.lay_out                   header and lines
                   │  members.stage_members       who, and under which ids, as SQL
                   │  users.counted_users         users in place of their accounts
                   │  traits.trait_columns        values of traits
                   │  whole_members               members and their ids, both in order, some thousands at a time
                   │  widths                      how many columns each type of ids takes
                   │  lines, expanded             members and ids put together as lines, with quoting
                   │  normalise.stage_values      single column: values by rules, or by a platform's profiles
                   ▼
                writing.write ──► files.opened    whole or not at all, counted and digested on the way
                   │
                   ▼
                receipt.Receipt

DuckDB joins, hashes and sorts, spilling to disk; Python puts batches of rows together in Arrow, so memory stays
bounded however large the audience is.
"""

from audcli.export.estimate import expected_seconds
from audcli.export.exporting import export_key
from audcli.export.options import ExportOptions, Format, LineEnding, Users
from audcli.export.progress import Progress
from audcli.export.receipt import File, Receipt
from audcli.export.traits import definitions_shown

__all__ = [
    "ExportOptions",
    "File",
    "Format",
    "LineEnding",
    "Progress",
    "Receipt",
    "Users",
    "definitions_shown",
    "expected_seconds",
    "export_key",
]
