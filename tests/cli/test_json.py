"""Every command's `--json` is one document of the shape that docs/json.md gives."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from audcli.cli.app import COMMANDS
from cli.commands import REPOSITORY, audcli, sample_project
from cli.shapes import read_shapes

SHAPES = read_shapes((REPOSITORY / "docs" / "json.md").read_text("utf-8"))
INVALID = "audience: broken\nwhere: {event: Order Completed, witin: 1 day}\n"
CASES = [
    ("init", "init new", 0),
    ("ingest", "ingest sample_data", 0),
    ("ingest", "ingest --dry-run nothing.jsonl sample_data/events-2026-06-30.jsonl", 1),
    ("rejects", "rejects --limit 3", 0),
    ("validate", "validate", 2),
    ("test", "test", 1),
    ("compute", "compute --as-of 2026-07-01", 1),
    ("compute", "compute --as-of 2026-07-01 --dry-run", 1),
    ("compute", "compute --as-of 2026-07-01 --dry-run --profile --explain-sql big_spenders", 1),
    ("list", "list", 0),
    ("show", "show big_spenders", 0),
    ("show", "show broken", 0),
    ("export", "export big_spenders --output big.csv", 0),
    ("export", "export big_spenders --output hashed.csv --format single-column --match google", 0),
    ("preview", "preview big_spenders --as-of 2026-07-01", 0),
    ("explain", "explain big_spenders u_0255", 0),
    ("explain", "explain active_customers u_0134 --as-of 2026-06-01", 0),
    ("runs", "runs", 0),
    ("runs", "runs drop", 0),
    ("history", "history big_spenders", 0),
    ("diff", "diff big_spenders --from 0 --limit 2", 0),
    ("diff", "diff active_customers --limit 2", 0),
    ("diff", "diff big_spenders --definition audiences/shop.yaml", 0),
    ("overlap", "overlap big_spenders win_back active_customers", 0),
    ("profile", "profile u_0255", 0),
    ("account", "account acc_017", 0),
    ("identity conflicts", "identity conflicts", 0),
    ("catalog", "catalog", 0),
    ("forget", "forget u_0255 --yes", 0),
]  # fmt: skip


@pytest.fixture(scope="module")
def computed(tmp_path_factory: pytest.TempPathFactory, binaries: Path) -> Path:
    """The sample project with two runs, an invalid definition and a test that fails."""
    folder = sample_project(tmp_path_factory.mktemp("json"))
    audcli("ingest", "sample_data", cwd=folder, binaries=binaries)
    for day in ("2026-06-20", "2026-06-28"):
        assert audcli("compute", "--as-of", day, cwd=folder, binaries=binaries).returncode == 0
    (folder / "nothing.jsonl").write_text("not a call", "utf-8")
    (folder / "audiences" / "broken.yaml").write_text(INVALID, "utf-8")
    tests = folder / "audiences" / "tests.yaml"
    tests.write_text(tests.read_text("utf-8").replace("[ann]", "[bob]"), "utf-8")
    return folder


@pytest.mark.parametrize(("name", "line", "status"), CASES, ids=lambda each: str(each))
def test_a_document_has_its_shape(
    computed: Path, tmp_path: Path, binaries: Path, name: str, line: str, status: int
) -> None:
    folder = shutil.copytree(computed, tmp_path / "project")
    ended = audcli(*line.split(), "--json", cwd=folder, binaries=binaries)
    assert ended.returncode == status, ended.stderr
    Draft202012Validator(SHAPES[name]).validate(json.loads(ended.stdout))


def test_every_command_has_a_shape_and_a_case() -> None:
    names = {command.NAME for command in COMMANDS}
    assert names - set(SHAPES) == {"schema"}
    assert names - {name for name, _, _ in CASES} == {"schema"}
    page = (REPOSITORY / "docs" / "json.md").read_text("utf-8")
    assert all(f"\n## {name}\n" in page for name in names)


def test_a_shape_refuses_what_is_not_of_it() -> None:
    validator = Draft202012Validator(SHAPES["runs"])
    assert validator.is_valid({"dropped": 3, "latest": None})
    assert not validator.is_valid({"dropped": 3})
    assert not validator.is_valid({"dropped": 3, "latest": 2, "more": 1})
    assert not validator.is_valid({"dropped": "3", "latest": 2})
