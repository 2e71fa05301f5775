"""Durations as the definitions write them: `30 days`, `1 month`.

A day is 24 hours and a week 7 days; a month is a calendar month: the same day and time so many months earlier
or later, clamped to the month's end (SPEC section 5).
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Unit = Literal["seconds", "minutes", "hours", "days", "weeks", "months"]

_SECONDS: dict[str, int] = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400, "weeks": 604800}
FORM = r"([1-9][0-9]{0,8}) (seconds?|minutes?|hours?|days?|weeks?|months?)"
"""How a duration is written, as a regular expression: the count, then the unit."""
_FORM = re.compile(FORM)


@dataclass(frozen=True, slots=True)
class Duration:
    """A positive whole number of one unit."""

    count: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read `30 days` or `1 day`; raises `ValueError` for anything else."""
        found = _FORM.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"{text!r} is not a duration")
        unit = found[2] if found[2].endswith("s") else found[2] + "s"
        return cls(int(found[1]), unit)  # type: ignore[arg-type]

    def before(self, instant: datetime) -> datetime:
        """Give the instant this much earlier, not earlier than the first one a `datetime` can hold."""
        return self._shift(instant, -1)

    def after(self, instant: datetime) -> datetime:
        """Give the instant this much later, not later than the last one a `datetime` can hold."""
        return self._shift(instant, +1)

    def _shift(self, instant: datetime, sign: int) -> datetime:
        edge = datetime.min if sign < 0 else datetime.max
        try:
            if self.unit == "months":
                return _add_months(instant, sign * self.count)
            return instant + sign * timedelta(seconds=self.count * _SECONDS[self.unit])
        except (OverflowError, ValueError):
            return edge.replace(tzinfo=instant.tzinfo)

    def __str__(self) -> str:
        """Write the duration as definitions do, `1 day` or `30 days`."""
        return f"{self.count} {self.unit[:-1] if self.count == 1 else self.unit}"


def _add_months(instant: datetime, months: int) -> datetime:
    month_index = instant.year * 12 + (instant.month - 1) + months
    year, month = divmod(month_index, 12)
    last_day = calendar.monthrange(year, month + 1)[1]
    return instant.replace(year=year, month=month + 1, day=min(instant.day, last_day))
