"""The crontab line, the workflow and the Makefile of docs/automation.md do in a plain shell what the page says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from cli.commands import REPOSITORY, audcli, environment

PAGE = (REPOSITORY / "docs" / "automation.md").read_text("utf-8")
INSTALL = "pip install audcli"


def block(path: str) -> str:
    found = re.search(rf"^```\w+ {re.escape(path)}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
def shop(tmp_path: Path, binaries: Path) -> Path:
    assert audcli("init", "shop", cwd=tmp_path, binaries=binaries).returncode == 0
    return tmp_path / "shop"


def run(command: str, *, cwd: Path, shell: str = "sh", **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [shell, "-e", "-c", command], cwd=cwd, env={**environment(), **more}, capture_output=True, encoding="utf-8"
    )


def test_the_crontab_line(shop: Path, tmp_path: Path) -> None:
    [line] = block("./crontab").splitlines()
    *when, command = line.split(" ", 5)
    assert len(when) == 5
    assert "%" not in command
    for _ in range(2):
        ended = run(command, cwd=tmp_path, HOME=str(tmp_path))
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert (shop / "out" / "big_spenders.csv").read_text().startswith("email")
    (shop / "audiences" / "broken.yaml").write_text("audience: broken\n", "utf-8")
    ended = run(command, cwd=tmp_path, HOME=str(tmp_path))
    assert ended.returncode == 1
    assert "`broken` was not computed" in ended.stderr


def steps(job: str) -> list[str]:
    """The commands of a job, in order; audcli is here already, so it is not installed again."""
    workflow = yaml.load(block(".github/workflows/audiences.yaml"), Loader=yaml.BaseLoader)
    assert set(workflow["on"]) == {"pull_request", "schedule"}
    commands = [step["run"] for step in workflow["jobs"][job]["steps"] if "run" in step]
    assert commands[0] == INSTALL
    return commands[1:]


def test_the_workflow_of_a_pull_request(shop: Path) -> None:
    assert [run(step, cwd=shop, shell="bash").returncode for step in steps("check")] == [0, 0]
    assert not (shop / ".audcli").exists()
    (shop / "audiences" / "win_back.yaml").write_text("audience: win_back\nwhere: {evnt: Order Completed}\n", "utf-8")
    ended = run(steps("check")[0], cwd=shop, shell="bash")
    assert ended.returncode == 2
    assert "::error file=audiences/win_back.yaml,line=2," in ended.stdout + ended.stderr


def test_the_workflow_of_every_night(shop: Path) -> None:
    for _ in range(2):
        for step in steps("nightly"):
            ended = run(step, cwd=shop, shell="bash")
            assert ended.returncode == 0, ended.stderr
    assert (shop / "out" / "big_spenders.csv").stat().st_size > 0


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not here")
def test_the_makefile(shop: Path) -> None:
    (shop / "Makefile").write_text(block("./Makefile"), "utf-8")
    assert run("make out/big_spenders.csv", cwd=shop).returncode == 0
    assert (shop / "out" / "big_spenders.csv").stat().st_size > 0
    assert "up to date" in run("make out/big_spenders.csv", cwd=shop).stdout
    later = (shop / ".computed").stat().st_mtime + 5
    os.utime(shop / "audiences" / "win_back.yaml", (later, later))
    assert "compute" in run("make -n out/big_spenders.csv", cwd=shop).stdout
