"""Where the time goes: seconds by step, from the end of one step to the end of the next.

laps = Laps(); …; laps.end("plan"); …; laps.end("compile")   ->   laps.seconds == {"plan": 0.02, "compile": 0.11}
"""

from __future__ import annotations

import time


class Laps:
    """The seconds that each step took; steps of one name are added up."""

    def __init__(self, began: float | None = None) -> None:
        """Begin the first step now, or when `time.perf_counter()` was `began`."""
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter() if began is None else began

    def end(self, step: str) -> None:
        """End a step here, and begin the next."""
        now = time.perf_counter()
        self.seconds[step] = self.seconds.get(step, 0.0) + now - self._last
        self._last = now
