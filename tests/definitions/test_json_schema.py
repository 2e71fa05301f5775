"""The JSON Schema of definition files: takes all that is sound, describes every field, refuses what is misspelt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from audcli.definitions.json_schema import json_schema
from properties.worlds import deal_world
from yaml_core import read_documents

ROOT = Path(__file__).parents[2]
SCHEMA = json_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]
FILES = sorted((ROOT / "audiences").rglob("*.yaml")) + sorted((ROOT / "src").rglob("template/**/*.yaml"))
KINDS = ("audience", "trait", "sql_trait", "list", "test")
_YAML = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)


def as_json(value: Any) -> Any:
    """Write dates as editors read them, as texts."""
    match value:
        case dict():
            return {name: as_json(each) for name, each in value.items()}
        case list():
            return [as_json(each) for each in value]
        case date():
            return value.isoformat()
    return value


def complaints(document: Any) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(as_json(document))]


def definitions_in(text: str) -> Iterator[Any]:
    for document in read_documents(text):
        if isinstance(document, dict) and document.keys() & set(KINDS):
            yield document


def test_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_every_field_is_described() -> None:
    fields = [
        (model, name, field)
        for model, schema in SCHEMA["$defs"].items()
        for name, field in schema.get("properties", {}).items()
    ]
    assert len(fields) > 100
    assert [(model, name) for model, name, field in fields if not field["description"].endswith(".")] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_takes_every_example_of_the_docs(page: Path) -> None:
    examples = [document for block in _YAML.findall(page.read_text("utf-8")) for document in definitions_in(block)]
    assert [(document, found) for document in examples if (found := complaints(document))] == []


def test_takes_every_sample() -> None:
    samples = [document for file in FILES for document in definitions_in(file.read_text("utf-8"))]
    assert len(samples) > 10
    assert [(document, found) for document in samples if (found := complaints(document))] == []


def test_takes_whatever_the_language_allows() -> None:
    seeds = Random(7)
    for _ in range(20):
        world = deal_world(seeds.getrandbits(60), sequences=True, computed=True, accounts=True)
        assert [(each, found) for each in world.definitions if (found := complaints(each))] == []


@pytest.mark.parametrize(
    "document",
    [
        {"audiense": "a", "where": {"everyone": True}},
        {"audience": "A", "where": {"everyone": True}},
        {"audience": "a"},
        {"audience": "a", "where": {"evnt": "X"}},
        {"audience": "a", "where": {"within": "3 days"}},
        {"audience": "a", "where": {"event": "X", "within": "3 fortnights"}},
        {"audience": "a", "where": {"event": "X", "page": "Y"}},
        {"audience": "a", "where": {"trait": "plan", "equels": "x"}},
        {"audience": "a", "where": {"all": []}},
        {"audience": "a", "where": {"not": [{"everyone": True}]}},
        {"trait": "t", "compute": "median", "event": "X"},
        {"list": "l", "values": []},
    ],
    ids=str,
)
def test_refuses_what_is_no_definition(document: dict[str, Any]) -> None:
    assert complaints(document)
