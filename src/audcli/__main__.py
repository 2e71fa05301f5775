"""Where the process begins: `audcli`, or `python -m audcli`. An interrupt ends it with 130, however early it comes."""

import sys

from audcli.cli.began import BEGAN as BEGAN
from audcli.cli.interrupts import INTERRUPTED, leave_at_once


def main() -> None:
    """Run the command line."""
    leave_at_once()
    try:
        from audcli.cli.app import run

        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
