"""Hypothesis' profiles: `ci` ends within a minute or so, `thorough` looks for an hour.

HYPOTHESIS_PROFILE=thorough pytest tests/properties
"""

from __future__ import annotations

import os
import signal

from hypothesis import HealthCheck, settings

settings.register_profile("ci", deadline=None, max_examples=8, derandomize=True, database=None)
settings.register_profile("thorough", deadline=None, max_examples=5_000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # What runs in the background of a shell ignores interrupts, and so would the commands that tests interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)
