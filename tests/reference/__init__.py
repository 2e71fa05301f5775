"""What audcli's definitions mean, a second time: plain Python over lists of calls, from the contract alone.

    evaluate([{"audience": "buyers", "where": {"event": "Order Completed"}}], calls, as_of)
        ->  {"buyers": {"use_4fq…"}}

Nothing here is shared with audcli and nothing is fast: every sentence of the contract is one obvious line, so
that where audcli and this evaluator differ, reading the two and the contract tells which is wrong.

    calls.py      raw calls -> Call                      (section 3)
    identity.py   calls -> profiles and their keys       (section 4)
    snapshot.py   calls up to A -> people and accounts   (sections 3, 5, 9)
    windows.py    durations, windows, the calendar       (section 5)
    values.py     paths, numbers, texts, instants        (section 6)
    operators.py  does a value pass a test?              (section 6)
    computed.py   computed traits                        (section 11)
    exported.py   what exports of them hold              (sections 11 and 14)
    sequences.py  sequences, by trying every choice      (section 10)
    events.py     which events count                     (sections 6, 8, 9)
    conditions.py heads, audiences, accounts             (sections 8 and 9)
"""

from reference.conditions import evaluate
from reference.identity import names_of

__all__ = ["evaluate", "names_of"]
