"""What the tests of the command line share."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.commands import audcli, project
from cli.forks import serving

CROWD = 50_000


@pytest.fixture(scope="session")
def binaries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with an `audcli` that is quick to call."""
    with serving(tmp_path_factory.mktemp("forks")) as folder:
        yield folder


@pytest.fixture(scope="session")
def crowd(tmp_path_factory: pytest.TempPathFactory, binaries: Path) -> Path:
    """A computed project with an audience whose file is larger than any pipe's buffer."""
    calls = [
        json.dumps(
            {"type": "identify", "userId": f"u{n}", "timestamp": 1e9 + n, "traits": {"email": f"u{n}@x.example"}}
        )
        for n in range(CROWD)
    ]
    folder = project(tmp_path_factory.mktemp("crowd"), "audience: people\nwhere: {everyone: true}\n", calls)
    assert audcli("ingest", "calls.jsonl", cwd=folder, binaries=binaries).returncode == 0
    assert audcli("compute", cwd=folder, binaries=binaries).returncode == 0
    return folder


@pytest.fixture(scope="session")
def computed_shop(tmp_path_factory: pytest.TempPathFactory, binaries: Path) -> Path:
    """A computed project of three calls, to be copied."""
    calls = [
        json.dumps({"type": "identify", "userId": name, "timestamp": 1e9, "traits": {"email": f"{name}@x.example"}})
        for name in ("ann", "bo", "cem")
    ]
    folder = project(tmp_path_factory.mktemp("shop"), "audience: people\nwhere: {everyone: true}\n", calls)
    assert audcli("ingest", "calls.jsonl", cwd=folder, binaries=binaries).returncode == 0
    assert audcli("compute", cwd=folder, binaries=binaries).returncode == 0
    return folder


@pytest.fixture
def shop(tmp_path: Path, computed_shop: Path) -> Path:
    """A computed project of three calls, of the test's own."""
    return shutil.copytree(computed_shop, tmp_path / "shop")
