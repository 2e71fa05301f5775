"""Where the process begins: `audcli`, or `python -m audcli`. An interrupt ends it with 130, however early it comes."""

import gc
import sys

from audcli.cli.began import BEGAN as BEGAN
from audcli.cli.interrupts import INTERRUPTED, leave_at_once

_NEW_OBJECTS = 200_000
"""After how many new objects Python looks for those in circles; its own 700 takes a tenth of a short command's time."""

_UNUSED = ("numpy", "pandas")
"""What Arrow loads where it is installed, which takes longer than all that a short command does; nothing needs it."""


def main() -> None:
    """Run the command line."""
    leave_at_once()
    gc.set_threshold(_NEW_OBJECTS)
    for module in _UNUSED:
        sys.modules.setdefault(module, None)  # type: ignore[arg-type]  # as good as not installed
    try:
        from audcli.cli.app import run

        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    finally:
        gc.freeze()  # else Python goes through all that is left several times, which takes longer than many a command


if __name__ == "__main__":
    main()
