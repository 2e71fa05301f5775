"""Random calls and random definitions, on which audcli and the reference evaluator must agree.

Hypothesis draws the seed of a world and keeps those that failed; the world itself is dealt by `random.Random`, since
a store with twenty definitions is far larger than what Hypothesis draws evenly or shrinks in time. What fails is
made small by `smaller.py` instead, which knows that calls and conditions can be left out.

    values.py       pools of values and literals, instants beside the edges of windows
    calls.py        calls
    definitions.py  audiences, lists, computed traits
    worlds.py       all of it together
    smaller.py      the least world that still fails
"""
