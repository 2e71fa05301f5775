"""Random calls of few people who share devices, e-mails and telephone numbers, and how they are split over files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from audcli.ingest import IngestOptions

OPTIONS = IngestOptions(
    blocked_values=("Guest",), external_ids={"loyalty": "properties.card", "email": "context.contact.mail"}
)
"""What a project may add: a blocked value, a type of its own, and another place of a known type."""

USERS = st.sampled_from(["u1", "u2", "u3", " u1 ", 7, "Guest", "null", "-1"])
DEVICES = st.sampled_from(["a1", "a2", "a3", "guest", "0000-00", ""])
EMAILS = st.sampled_from(["x@y.z", " X@y.Z", "v@w.x", "NONE", True])
TYPES = st.sampled_from(["track", "identify", "alias", "page", "group"])
ENTRIES = st.tuples(st.sampled_from(["crm", "zoo", "email", "user_id"]), st.sampled_from(["7", "8", "x@y.z", "u9"]))
Record = dict[str, Any]


@st.composite
def records(draw: st.DrawFn) -> Record:
    """A call, most often with an id, at one of few times."""
    record: Record = {
        "type": draw(TYPES),
        "event": draw(st.sampled_from(["A", "B"])),
        "timestamp": draw(st.integers(1, 12)),
        "messageId": draw(st.text("abc", min_size=1, max_size=4)),
    }
    names = draw(st.sets(st.sampled_from(["userId", "anonymousId"]), min_size=1))
    if "userId" in names:
        record["userId"] = draw(USERS)
    if "anonymousId" in names:
        record["anonymousId"] = draw(DEVICES)
    match record["type"]:
        case "alias":
            record["previousId"] = draw(DEVICES)
        case "identify" if draw(st.booleans()):
            record["traits"] = {"email": draw(EMAILS), "phone": draw(st.sampled_from(["1", "2", None, {}]))}
        case "group":
            record["groupId"] = draw(st.sampled_from(["g1", "g2"]))
        case "track" if draw(st.booleans()):
            record["properties"] = draw(
                st.sampled_from([{"card": "c1"}, {"card": ["c1", "c2"]}, {"n": 1.5, "l": [{}]}])
            )
    context = draw(contexts())
    return record | {"context": context} if context else record


@st.composite
def contexts(draw: st.DrawFn) -> Record:
    """The context of a call: mostly nothing."""
    context: Record = {}
    if draw(st.integers(0, 4)) == 0:
        entries = draw(st.lists(ENTRIES, unique=True, max_size=2))
        context["externalIds"] = [{"type": type_, "id": id_} for type_, id_ in entries]
    if draw(st.integers(0, 4)) == 0:
        context["device"] = {"type": draw(st.sampled_from(["iOS", "android", "tv"])), "advertisingId": "D"}
    if draw(st.integers(0, 6)) == 0:
        context["contact"] = {"mail": "V@w.x "}
    return context


@st.composite
def files_of_records(draw: st.DrawFn) -> tuple[list[Record], list[list[Record]]]:
    """Calls, each message id once, and the same calls in another order and split over several files."""
    calls = draw(st.lists(records(), max_size=14, unique_by=lambda record: record["messageId"]))
    shuffled = draw(st.permutations(calls))
    cuts = sorted(draw(st.lists(st.integers(0, len(calls)), max_size=3)))
    edges = [0, *cuts, len(calls)]
    return calls, [list(shuffled[start:end]) for start, end in pairwise(edges)]


def write_files(folder: Path, files: Sequence[Sequence[Record]]) -> list[str]:
    """Write each list of calls as a file of JSON lines."""
    paths = []
    for number, file in enumerate(files):
        path = folder / f"{number}.jsonl"
        path.write_text("".join(f"{json.dumps(record)}\n" for record in file), encoding="utf-8")
        paths.append(str(path))
    return paths
