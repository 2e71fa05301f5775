"""The ledger: what each run found, held against what the last one left, and committed as one.

run.Computed         what a run computes      ->  run.Result, run.Run: what it made of it
keys                 the keys remembered      as-of never goes back
comparison           members now and before   ->  who entered, who exited
commit.commit        all of it, in the caller's transaction
last                 the last result of every key
"""

from audcli.runs.commit import commit, note_duration
from audcli.runs.keys import other_kinds, refuse_earlier
from audcli.runs.last import LastResult, last_results
from audcli.runs.run import Circumstances, Computed, Outcome, Result, Run

__all__ = [
    "Circumstances",
    "Computed",
    "LastResult",
    "Outcome",
    "Result",
    "Run",
    "commit",
    "last_results",
    "note_duration",
    "other_kinds",
    "refuse_earlier",
]
