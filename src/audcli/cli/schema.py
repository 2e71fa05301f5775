"""`audcli schema`: the JSON Schema of definition files, for editors."""

from __future__ import annotations

from audcli.cli import render
from audcli.cli.invocation import Invocation

NAME = "schema"
HELP = """Print the JSON Schema of definition files: editors complete, explain and check them by it.

Example: `audcli schema > audiences/schema.json`
"""


def run(invocation: Invocation) -> None:
    """Print the schema, with or without `--json`."""
    from audcli.definitions.json_schema import json_schema

    render.document(json_schema())
