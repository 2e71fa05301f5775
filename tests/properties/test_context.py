"""What stands in the context of events is kept in another form than their properties, and is read with the same answers.

{"properties": {"o": {"v": 2.0}}, "context": {"o": {"v": 2.0}}}  ->  what holds for o.v holds for $context.o.v
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from seam import audcli_members
from yaml_core import write_documents

AS_OF = datetime(2026, 7, 1, tzinfo=UTC)
MIXES: dict[str, list[Any]] = {
    "Numbers": [1, 2.0, 12.50, -0.0, 1e25, 1e-7],
    "Large": [1, 2**53 + 1, 2**63 - 1],
    "Texts": ["a", "12", "12.5", "", "2026-01-01"],
    "Lists": [[1, 2.0], ["a", None], [{"w": 2.0}], []],
    "All": [1, 2.0, 12.5, 1e25, 2**53 + 1, "a", "12.5", True, None, "", [2.0, "a"], {"w": 1}],
}
TESTS: list[Any] = [
    *[{"equals": value} for value in (1, "2", "12.5", True, "1e+25", 2**53 + 1)],
    *[{"at_most": 12.5}, {"contains": "2"}, {"not_equals": 1}, {"exists": True}, {"size": 2}, {"has": {"w": 2}}],
]


def test_context_is_read_as_properties_are() -> None:
    calls = [
        {
            "type": "track",
            "event": event,
            "userId": f"{event} {number}",
            "timestamp": "2026-01-31T10:00:00Z",
            "properties": {"o": {"v": value}},
            "context": {"o": {"v": value}},
        }
        for event, values in MIXES.items()
        for number, value in enumerate(values)
    ]
    asked = [(event, test) for event in MIXES for test in TESTS]
    definitions = [
        {"audience": f"{of}_{number}", "where": {"event": event, "where": {f"{before}o.v": test}}}
        for of, before in (("properties", ""), ("context", "$context."))
        for number, (event, test) in enumerate(asked)
    ]
    members = audcli_members(write_documents(definitions), calls, AS_OF)
    assert [asked[n] for n in range(len(asked)) if members[f"context_{n}"] != members[f"properties_{n}"]] == []
    assert sum(bool(members[f"context_{number}"]) for number in range(len(asked))) > len(asked) / 4
