"""The ledger: what each run found, held against what the last one left, and committed as one.

run.Computed         what a run computes      ->  run.Result, run.Run: what it made of it
keys                 the keys remembered      as-of never goes back
comparison           members now and before   ->  who entered, who exited
commit.commit        all of it, in the caller's transaction
"""

from audcli.runs.commit import commit, note_duration
from audcli.runs.keys import refuse_earlier
from audcli.runs.run import Computed, Result, Run

__all__ = ["Computed", "Result", "Run", "commit", "note_duration", "refuse_earlier"]
