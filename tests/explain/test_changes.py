"""When answers change by time alone: dates at the ends of the calendar are dates like others."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from seam import explained

AS_OF = datetime(2026, 2, 1, tzinfo=UTC)
DEFINITION = """
audience: valid
where:
  any:
    - {trait: valid_until, within_next: 2 months}
    - {trait: valid_until, before_last: 30 days}
    - {trait: valid_until, during: this month}
"""


@pytest.mark.parametrize("date, member", [("9999-12-31", False), ("9998-01-31", False), ("0001-01-02", True)])
def test_dates_that_stand_for_never_change_nothing(date: str, member: bool) -> None:
    identify = {"type": "identify", "userId": "ann", "timestamp": "2026-01-01", "traits": {"valid_until": date}}
    [explanation] = explained(DEFINITION, [identify], AS_OF)
    assert explanation.member is member
    assert explanation.change is not None
    assert explanation.change.at is None or explanation.change.at.year > 9000
