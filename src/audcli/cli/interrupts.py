"""What an interrupt (Ctrl-C or SIGTERM) does: while nothing can be half done it ends the process, later it is raised.

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


_SIGNALS = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
"""What interrupts, and what Python does of itself when it comes."""


def leave_at_once() -> None:
    """Let an interrupt end the process on the spot: raised in a module that is loading, it is lost or crashes it."""
    for number, usual in _SIGNALS.items():
        if signal.getsignal(number) is usual:
            signal.signal(number, _leave)


def raise_from_now_on() -> None:
    """Let an interrupt be raised as `KeyboardInterrupt`; where interrupts are ignored they stay so."""
    for number in _SIGNALS:
        if signal.getsignal(number) is _leave:
            signal.signal(number, signal.default_int_handler)


def _leave(number: int, frame: FrameType | None) -> None:
    with suppress(OSError):
        os.write(2, b"error: interrupted\n")
    os._exit(INTERRUPTED)
