"""The ledger: what each run found, held against what the last one left, and committed as one.

run.Computed         what a run computes      ->  run.Result, run.Run: what it made of it
keys                 the keys remembered      as-of never goes back
comparison           members now and before   ->  who entered, who exited
commit.commit        all of it, in the caller's transaction
drop.drop_latest     the same, backwards

last                 the last result of every key
history              all runs; all results of one key
differences          who entered and exited between two runs
overlap              how many two results have in common
"""

from audcli.runs.commit import commit, ends_many, note_duration
from audcli.runs.differences import Changes, Difference, Exited, Side, changes, difference
from audcli.runs.drop import drop_latest
from audcli.runs.history import PastResult, PastRun, past_results, past_runs
from audcli.runs.keys import find_key, other_kinds, refuse_earlier, remembered_keys, traits_given_by
from audcli.runs.last import LastResult, last_results
from audcli.runs.links import linking
from audcli.runs.members import Member, members_after, named
from audcli.runs.overlap import Overlap, overlaps
from audcli.runs.run import Circumstances, Computed, Outcome, Result, Run

__all__ = [
    "Changes",
    "Circumstances",
    "Computed",
    "Difference",
    "Exited",
    "LastResult",
    "Member",
    "Outcome",
    "Overlap",
    "PastResult",
    "PastRun",
    "Result",
    "Run",
    "Side",
    "changes",
    "commit",
    "difference",
    "drop_latest",
    "ends_many",
    "find_key",
    "last_results",
    "linking",
    "members_after",
    "named",
    "note_duration",
    "other_kinds",
    "overlaps",
    "past_results",
    "past_runs",
    "refuse_earlier",
    "remembered_keys",
    "traits_given_by",
]
