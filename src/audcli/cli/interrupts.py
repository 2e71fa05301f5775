"""What an interrupt (Ctrl-C) does: before there is anything to take back it ends the process, later it is raised.

main            leave_at_once()        the modules of the engine are loaded
open_store      raise_from_now_on()    KeyboardInterrupt: transactions are rolled back, drafts removed
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from types import FrameType

INTERRUPTED = 130
"""The exit status of a process that was interrupted."""


def leave_at_once() -> None:
    """Let an interrupt end the process on the spot: raised in a module that is loading, it is lost or crashes it."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _leave)


def raise_from_now_on() -> None:
    """Let an interrupt be raised as `KeyboardInterrupt`; where interrupts are ignored they stay so."""
    if signal.getsignal(signal.SIGINT) is _leave:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _leave(number: int, frame: FrameType | None) -> None:
    with suppress(OSError):
        os.write(2, b"error: interrupted\n")
    os._exit(INTERRUPTED)
