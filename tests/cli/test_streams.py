"""Standard output carries data only, and whoever reads a part of it is served quietly."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from cli.commands import AUDCLI, audcli, environment
from cli.conftest import CROWD

BROKEN = "audience: broken\nwhere: {audience: peopel}\n"


@pytest.mark.parametrize("format_", ["unformatted", "indexed", "single-column"])
def test_a_pipe_closed_early_ends_quietly(crowd: Path, format_: str) -> None:
    run = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {AUDCLI} export people --format {format_} | head -1"],
        cwd=crowd, env=environment(), capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert run.stderr == ""
    assert run.returncode == 0
    assert run.stdout.count("\n") == 1


def test_an_export_is_nothing_but_the_file(crowd: Path, binaries: Path) -> None:
    run = audcli("export", "people", "--format", "indexed", cwd=crowd, binaries=binaries)
    assert run.stderr == ""
    rows = list(csv.DictReader(io.StringIO(run.stdout)))
    assert {row["email"] for row in rows} == {f"u{n}@x.example" for n in range(CROWD)}


def test_an_export_into_a_file_prints_nothing(shop: Path, binaries: Path) -> None:
    run = audcli("export", "people", "--output", "people.csv", cwd=shop, binaries=binaries)
    assert run.stdout == ""
    assert run.stderr.startswith("3 members · 3 written · ")
    assert (shop / "people.csv").read_text("utf-8").startswith("key,external_ids")
    assert audcli("export", "people", cwd=shop, binaries=binaries).stdout == (shop / "people.csv").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "stdout", "stderr"),
    [
        (["init", "new"], "new/.gitignore", "next: cd new"),
        (["ingest", "calls.jsonl"], "file  ", "rejected 1 × malformed_json"),
        (["validate"], "", "error[unknown-audience]"),
        (["compute"], "key  ", "error: `broken` was not computed"),
        (["compute", "--strict"], "", "error: 1 definition is invalid: broken"),
        (["list"], "key  ", ""),
        (["list", "--status", "failed"], "key  ", ""),
        (["show", "people"], "people\n", ""),
        (["show", "peopel"], "", "error: there is no definition `peopel`"),
        (["export", "people"], "key,external_ids", ""),
        (["export", "broken"], "", "error: "),
        (["compute", "--no-such-option"], "", "Usage: "),
        (["no-such-command"], "", "Usage: "),
    ],
)
def test_what_goes_where(shop: Path, binaries: Path, arguments: list[str], stdout: str, stderr: str) -> None:
    (shop / "audiences" / "broken.yaml").write_text(BROKEN, "utf-8")
    (shop / "calls.jsonl").write_text("{\n", "utf-8")
    run = audcli(*arguments, cwd=shop, binaries=binaries)
    assert run.stdout.startswith(stdout)
    assert bool(run.stdout) == bool(stdout)
    assert stderr in run.stderr
    assert bool(run.stderr) == bool(stderr)
    assert "\x1b" not in run.stdout + run.stderr
    assert "\r" not in run.stdout.replace("\r\n", "\n") + run.stderr


@pytest.mark.parametrize(
    ("arguments", "broken", "status", "stderr"),
    [
        (["init", "new"], False, 0, ""),
        (["ingest", "calls.jsonl"], False, 0, ""),
        (["ingest", "--dry-run", "calls.jsonl"], False, 0, ""),
        (["ingest", "notes.jsonl"], False, 1, "error: `notes.jsonl` gave no call at all"),
        (["validate"], False, 0, ""),
        (["validate"], True, 2, ""),
        (["compute"], False, 0, ""),
        (["compute", "--dry-run"], False, 0, ""),
        (["compute"], True, 1, "error: `broken` was not computed"),
        (["list"], False, 0, ""),
        (["list"], True, 0, ""),
        (["show", "people"], False, 0, ""),
        (["show", "broken"], True, 0, ""),
        (["export", "people", "--output", "people.csv"], False, 0, ""),
    ],
)
def test_json_is_one_document(
    shop: Path, binaries: Path, arguments: list[str], broken: bool, status: int, stderr: str
) -> None:
    (shop / "notes.jsonl").write_text("not a call\n", "utf-8")
    if broken:
        (shop / "audiences" / "broken.yaml").write_text(BROKEN, "utf-8")
    for place in ([*arguments, "--json"], ["--json", *arguments]):
        shutil.rmtree(shop / "new", ignore_errors=True)
        run = audcli(*place, cwd=shop, binaries=binaries)
        assert run.returncode == status, run.stderr
        assert run.stderr.startswith(stderr)
        assert bool(run.stderr) == bool(stderr)
        json.loads(run.stdout)


def test_json_tells_instants_in_utc(shop: Path, binaries: Path) -> None:
    run = audcli(
        "--json", "compute", "--as-of", "2999-01-01T02:00:00+02:00", "--allow-future", cwd=shop, binaries=binaries
    )
    assert json.loads(run.stdout)["as_of"] == "2999-01-01T00:00:00.000000Z"
    [people] = json.loads(audcli("list", "--json", cwd=shop, binaries=binaries).stdout)
    assert people["as_of"] == "2999-01-01T00:00:00.000000Z"
    assert people["computed_at"].endswith("Z")


def test_json_gives_what_was_wrong_and_where(shop: Path, binaries: Path) -> None:
    (shop / "audiences" / "broken.yaml").write_text(BROKEN, "utf-8")
    document = json.loads(audcli("validate", "--json", cwd=shop, binaries=binaries).stdout)
    assert document["valid"] is False
    [problem] = document["problems"]
    assert problem["code"] == "unknown-audience"
    assert problem["span"] == {"file": "audiences/broken.yaml", "line": 2, "column": 19, "length": 6}
    [people, broken] = json.loads(audcli("compute", "--json", cwd=shop, binaries=binaries).stdout)["results"][::-1]
    assert (people["outcome"], broken["outcome"]) == ("ok", "failed")


@pytest.mark.parametrize("arguments", [["ingest", "calls.jsonl"], ["validate"], ["compute"], ["compute", "--dry-run"]])
def test_quiet_says_nothing_when_all_is_well(shop: Path, binaries: Path, arguments: list[str]) -> None:
    run = audcli(*arguments, "--quiet", cwd=shop, binaries=binaries)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_quiet_keeps_no_error_back(shop: Path, binaries: Path) -> None:
    (shop / "audiences" / "broken.yaml").write_text(BROKEN, "utf-8")
    assert "unknown-audience" in audcli("--quiet", "validate", cwd=shop, binaries=binaries).stderr
    assert "`broken` was not computed" in audcli("--quiet", "compute", cwd=shop, binaries=binaries).stderr


def test_verbose_tells_what_each_statement_took(shop: Path, binaries: Path) -> None:
    run = audcli("compute", "--verbose", cwd=shop, binaries=binaries)
    assert "members of people" in run.stderr
    assert "members of people" not in run.stdout
