"""Durations and the instants that lie so much earlier or later (SPEC section 5)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from audcli.definitions.durations import Duration


@pytest.mark.parametrize("text", ["1 second", "30 seconds", "2 minutes", "12 hours", "1 day", "4 weeks", "1 month"])
def test_written_as_read(text: str) -> None:
    assert str(Duration.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "30", "days", "0 days", "-1 days", "1.5 days", "30days", "1 year", "30 Days", "٣ days", "01 days"]
)
def test_no_durations(text: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        Duration.parse(text)


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("1 day", datetime(2026, 3, 30, 12, tzinfo=UTC), datetime(2026, 4, 1, 12, tzinfo=UTC)),
        ("2 weeks", datetime(2026, 3, 17, 12, tzinfo=UTC), datetime(2026, 4, 14, 12, tzinfo=UTC)),
        ("1 month", datetime(2026, 2, 28, 12, tzinfo=UTC), datetime(2026, 4, 30, 12, tzinfo=UTC)),
        ("13 months", datetime(2025, 2, 28, 12, tzinfo=UTC), datetime(2027, 4, 30, 12, tzinfo=UTC)),
        ("25 hours", datetime(2026, 3, 30, 11, tzinfo=UTC), datetime(2026, 4, 1, 13, tzinfo=UTC)),
    ],
)
def test_earlier_and_later(text: str, before: datetime, after: datetime) -> None:
    instant = datetime(2026, 3, 31, 12, tzinfo=UTC)
    duration = Duration.parse(text)
    assert (duration.before(instant), duration.after(instant)) == (before, after)


def test_stays_within_the_calendar() -> None:
    instant = datetime(2026, 3, 31, tzinfo=UTC)
    for text in ("999999999 months", "999999999 weeks"):
        assert Duration.parse(text).before(instant) == datetime.min.replace(tzinfo=UTC)
        assert Duration.parse(text).after(instant) == datetime.max.replace(tzinfo=UTC)
