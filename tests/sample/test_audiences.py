"""The sample project and a new one, computed: every audience has members, and as many as were counted.

The sizes were found by two evaluators that share nothing with audcli but the definitions and the calls.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from audcli.scaffold import write_project
from audcli.settings import Settings, read_settings

REPOSITORY = Path(__file__).parents[2]
SAMPLE_SIZES = {
    "accounts_without_executive_contact": 22,
    "active_customers": 208,
    "admins_of_software_accounts": 6,
    "app_users": 22,
    "at_risk_accounts": 2,
    "at_risk_subscribers": 47,
    "automation_adopters": 17,
    "big_spenders": 59,
    "cart_abandoners": 13,
    "decision_makers": 97,
    "european_beta_testers": 44,
    "free_plan_heavy_users": 25,
    "never_ordered": 340,
    "newsletter_readers": 94,
    "power_users": 25,
    "pricing_page_visitors": 16,
    "quiet_accounts": 17,
    "reachable_by_email": 211,
    "scanner_buyers": 51,
    "spring_sale_buyers": 48,
    "trial_accounts_worth_a_call": 2,
    "trial_no_login": 18,
    "trial_worth_a_call": 14,
    "win_back": 14,
}
REASONS = {
    "malformed_json": 1,
    "missing_event": 1,
    "missing_id": 1,
    "missing_time": 1,
    "unknown_type": 1,
    "unreadable_time": 1,
    "wrong_type": 2,
}


def audcli(project: Path, *arguments: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "audcli", "--json", *arguments], cwd=project, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def sizes(run: Any) -> dict[str, int]:
    return {result["key"]: result["members"] for result in run["results"]}


def test_the_sample_audiences_have_the_sizes_that_were_counted(tmp_path: Path) -> None:
    shutil.copy(REPOSITORY / "audcli.yaml", tmp_path)
    shutil.copytree(REPOSITORY / "audiences", tmp_path / "audiences")
    files = sorted(str(path) for path in (REPOSITORY / "sample_data").glob("events-*"))
    total = audcli(tmp_path, "ingest", *files)["total"]
    assert total["rejected_by_reason"] == REASONS
    assert total["read"] == total["accepted"] + total["duplicate"] + total["rejected"]
    found = sizes(audcli(tmp_path, "compute", "--as-of", "2026-07-01T00:00:00Z"))
    assert {key: size for key, size in found.items() if key in SAMPLE_SIZES} == SAMPLE_SIZES


def test_a_new_project_computes_at_once(tmp_path: Path) -> None:
    write_project(tmp_path, now=datetime.now(UTC) - timedelta(seconds=1))
    assert audcli(tmp_path, "ingest", "events")["total"]["accepted"] == 926
    assert sizes(audcli(tmp_path, "compute")) == {
        "active_users": 34,
        "big_spenders": 13,
        "cart_abandoners": 7,
        "newsletter_readers": 14,
        "win_back": 6,
    }


def test_the_settings_of_a_new_project_are_the_defaults(tmp_path: Path) -> None:
    write_project(tmp_path, now=datetime.now(UTC))
    assert read_settings(tmp_path) == Settings()


def test_the_settings_behind_a_comment_are_understood(tmp_path: Path) -> None:
    write_project(tmp_path, now=datetime.now(UTC))
    file = tmp_path / "audcli.yaml"
    file.write_text(re.sub(r"^# ( *[a-z_]+:)", r"\1", file.read_text(), flags=re.MULTILINE))
    settings = read_settings(tmp_path)
    assert settings.sources == {"tickets": "data/tickets.csv"}
    assert settings.identity.blocked_values == ["guest", "test"]
    defaults = ("store", "definitions", "timezone", "account_events")
    assert [getattr(settings, name) for name in defaults] == [getattr(Settings(), name) for name in defaults]
