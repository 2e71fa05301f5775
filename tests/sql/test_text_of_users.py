"""Whatever a user writes, in definitions or in data, is a value to audcli and never a piece of SQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlglot import exp

from audcli.definitions.loader import load_text
from audcli.plan.build import Setting, build
from audcli.sql.compile import compile_plan
from audcli.store import Store
from seam import audcli_members
from yaml_core import write_documents

AS_OF = datetime(2026, 7, 1, tzinfo=UTC)
NASTY = [
    "it's",
    "'; drop table calls; --",
    '"quoted" "twice',
    "back\\slash\\",
    "semi;colon",
    "-- comment",
    "/* comment */",
    "$1 ? :name {braces} %s",
    "line\nbreak\r\n\ttab",
    "nul\0inside",
    "\0",
    "ünï😀\u202eltr",
    "value",
    "time",
    "profile",
    "select",
]


def escaped(name: str) -> str:
    """Write a property's name as a path of one name."""
    return "".join(f"\\{character}" if character in "\\.$" else character for character in name)


def call(user: str, kind: str, number: int, **fields: Any) -> dict[str, Any]:
    when = (AS_OF - timedelta(days=1, minutes=number)).isoformat()
    return {"type": kind, "userId": user, "timestamp": when, "messageId": f"{user}-{kind}-{number}", **fields}


def definitions_about(text: str, name: str) -> list[dict[str, Any]]:
    """One audience for each place in which a user's text can stand; `hit` is in all of them, nobody else in any."""
    path, operators = escaped(name), {
        "equals": text, "one_of": [text, "another"], "contains": text, "starts_with": text, "ends_with": text,
        "contains_any": [text],
    }  # fmt: skip
    wheres: dict[str, dict[str, Any]] = {
        "event": {"event": text},
        "several_events": {"event": [text, "never"]},
        "page": {"page": text},
        "screen": {"screen": text},
        "property": {"event": "Tested", "where": {path: text}},
        "property_list": {"event": "Tested", "where": {f"list.{path}": text}},
        "property_has": {"event": "Tested", "where": {"list": {"has": {path: text}}}},
        "property_folded": {"event": "Tested", "where": {path: {"equals": text, "ignore_case": True}}},
        "property_listed": {"event": "Tested", "where": {path: {"one_of": {"list": "texts"}}}},
        "field": {"event": "*", "where": {"$event": text}},
        "context": {"event": "Tested", "where": {f"$context.{path}": text}},
        "trait": {"trait": path, "equals": text},
        "trait_reference": {"event": "Tested", "where": {path: {"equals": {"trait": path}}}},
        "id": {"id": "anonymous_id", "contains": text.strip()},
        "sequence": {
            "sequence": [
                {"event": "Tested", "as": "first", "where": {path: text}},
                {"event": text, "where": {path: {"equals": {"step": "first", "property": path}}}},
            ]
        },
    }
    wheres |= {
        f"operator_{name}": {"event": "Tested", "where": {path: {name: value}}} for name, value in operators.items()
    }
    lists: list[dict[str, Any]] = [{"list": "texts", "values": [text]}]
    return [*lists, *({"audience": key, "where": where} for key, where in wheres.items())]


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_text_is_a_value_wherever_it_stands(text: str) -> None:
    name = text  # a property is called like its value
    body = {name: text, "list": [{name: text}, {name: 1}]}
    calls = [
        call("hit", "track", 9, event="Tested", properties=body, context={name: text}),
        call("hit", "track", 1, event=text, properties=body, anonymousId=f"a{text}z"),
        call("hit", "page", 1, name=text),
        call("hit", "screen", 1, name=text),
        call("hit", "identify", 1, traits={name: text}),
        call("miss", "track", 9, event="Tested", properties={name: "x", "list": [{name: "x"}]}, context={name: "x"}),
        call("miss", "track", 1, event="Other", properties={name: "x"}, anonymousId="a"),
        call("miss", "identify", 1, traits={name: "y"}),
    ]
    definitions = definitions_about(text, name)
    trimmed = text == text.strip()
    hit = audcli_members(
        write_documents([{"audience": "hit", "where": {"id": "user_id", "equals": "hit"}}]), calls, AS_OF
    )
    members = audcli_members(write_documents(definitions), calls, AS_OF)
    for key, found in members.items():
        if key == "property_listed" and not trimmed:
            continue  # values of lists are trimmed
        assert found == hit["hit"], key


def test_text_of_users_is_in_literals_only(store: Store, take: Any) -> None:
    mark = "Zx9'\"Zx9"
    take(
        call("hit", "track", 9, event=mark, properties={mark: mark, "list": [{mark: mark}]}, context={mark: mark}),
        call("hit", "identify", 1, traits={mark: mark}),
    )
    loaded = load_text(write_documents(definitions_about(mark, mark)), now=AS_OF)
    assert not loaded.broken
    documents = {key: each.document for key, each in loaded.documents.items()}
    from zoneinfo import ZoneInfo

    plan, left_out = build(documents, AS_OF.replace(tzinfo=None), Setting(ZoneInfo("UTC"), ("user_id",)), {})
    assert not left_out
    nodes = [
        node
        for statement in compile_plan(plan, store.catalog()).script.statements
        for node in statement.query.tree().walk()
    ]
    holders = {
        type(node) for node in nodes if any(isinstance(each, str) and "Zx9" in each for each in node.args.values())
    }
    assert holders == {exp.Literal}
