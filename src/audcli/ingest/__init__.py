"""Files become calls in the store, in one transaction a file.

files.find_files     arguments -> files
readers.open_records a file of JSON -> numbered records, parsed or with what is wrong
lines.read_blocks    lines of JSON -> blocks of them
usual                blocks -> the usual calls staged at once, the others given back to be read one by one
cuts, cutting        layouts of lines  -> how their values are cut out, of all in one pass
flat.open_rows       a file of rows -> the same, by a mapping of columns
calls.read_call      a record  -> a call, or why it is unusable
mentions             a reject   -> what in it may be somebody's id
staging              calls     -> temporary tables, without duplicates
message_hashes       whether a file can hold calls that the store has
identity.resolve     ids and links -> profiles
storing              the rest  -> call names, accounts, calls, catalog, rejects
clustering           short runs of calls -> long ones
"""

from audcli.ingest.ingestion import ingest
from audcli.ingest.mapping import CallMapping, TableMapping, mapping_of_flags
from audcli.ingest.rejects import RejectedRecord, clear_rejects, count_rejects, rejects, write_raw
from audcli.ingest.summary import FileSummary, IngestOptions, IngestSummary, Progress

__all__ = [
    "CallMapping",
    "FileSummary",
    "IngestOptions",
    "IngestSummary",
    "Progress",
    "RejectedRecord",
    "TableMapping",
    "clear_rejects",
    "count_rejects",
    "ingest",
    "mapping_of_flags",
    "rejects",
    "write_raw",
]
