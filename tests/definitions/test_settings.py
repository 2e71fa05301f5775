"""Settings: all optional, strict, and with defaults (SPEC section 2)."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from audcli.settings import KNOWN_BY, Identity, InvalidSettings, Settings, read_settings


def read(root: Path, text: str) -> Settings:
    (root / "audcli.yaml").write_text(text, "utf-8")
    return read_settings(root)


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "{}", "timezone:\nidentity:\n  known_by:\nsources: {}\n"])
def test_all_are_optional(tmp_path: Path, text: str) -> None:
    settings = read(tmp_path, text)
    assert settings == Settings()
    assert settings.store == ".audcli/store.duckdb"
    assert settings.definitions == "audiences"
    assert settings.zone == ZoneInfo("UTC")
    assert settings.identity == Identity(external_ids={}, blocked_values=[], known_by=list(KNOWN_BY))
    assert settings.account_events == "own"
    assert settings.sources == {}


def test_all_can_be_set(tmp_path: Path) -> None:
    text = """
store: data/store.duckdb
definitions: defs
timezone: Europe/Berlin
identity:
  external_ids: {crm_id: traits.crm.id}
  blocked_values: [guest, 12, 1.0]
  known_by: [email]
account_events: tagged
sources: {tickets: data/tickets.csv}
"""
    assert read(tmp_path, text) == Settings(
        store="data/store.duckdb",
        definitions="defs",
        timezone="Europe/Berlin",
        identity=Identity(
            external_ids={"crm_id": "traits.crm.id"}, blocked_values=["guest", "12", "1"], known_by=["email"]
        ),
        account_events="tagged",
        sources={"tickets": "data/tickets.csv"},
    )


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (
            "stor: a\ntimezone: Mars/Base\nidentity: {known: 3}",
            ["unknown-setting", "unknown-timezone", "unknown-setting"],
        ),
        ("timezone: ../../etc/passwd", ["unknown-timezone"]),
        ("timezone: Europe", ["unknown-timezone"]),
        ("timezone: 3", ["wrong-type"]),
        ("definitions: .git", ["path-outside-project"]),
        ("sources: {events: ../x}", ["bad-source-name", "path-outside-project"]),
        ("timezone: [", ["bad-yaml"]),
        ("timezone: UTC\n---\n[", ["bad-yaml"]),
    ],
)
def test_all_errors_at_once(tmp_path: Path, text: str, codes: list[str]) -> None:
    with pytest.raises(InvalidSettings) as raised:
        read(tmp_path, text)
    assert [each.code for each in raised.value.diagnostics] == codes
    assert raised.value.exit_code == 2
    assert "--> audcli.yaml:" in raised.value.message


def test_settings_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "audcli.yaml").write_bytes(b"timezone: \xff")
    with pytest.raises(InvalidSettings, match="not UTF-8"):
        read_settings(tmp_path)


def test_settings_elsewhere_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "secret.yaml").write_text("password: hunter2\n")
    (tmp_path / "project" / "audcli.yaml").symlink_to("../secret.yaml")
    with pytest.raises(InvalidSettings) as raised:
        read_settings(tmp_path / "project")
    assert "hunter2" not in raised.value.message
    assert "leads outside" in raised.value.message
