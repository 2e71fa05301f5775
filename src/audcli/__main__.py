"""Where the process begins: `audcli`, or `python -m audcli`. An interrupt ends it with 130, however early it comes."""

import gc
import sys

from audcli.cli.began import BEGAN as BEGAN
from audcli.cli.interrupts import INTERRUPTED, leave_at_once

_NEW_OBJECTS = 200_000
"""After how many new objects Python looks for those in circles; its own 700 takes a tenth of a short command's time."""


def main() -> None:
    """Run the command line."""
    leave_at_once()
    gc.set_threshold(_NEW_OBJECTS)
    try:
        from audcli.cli.app import run

        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    finally:
        gc.freeze()  # else Python goes through all that is left several times, which takes longer than many a command


if __name__ == "__main__":
    main()
