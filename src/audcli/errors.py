"""The errors a user can meet, each with its exit status.

Everything that ends a command on purpose is an `AudcliError`. The command line prints its message (and its
hint) and leaves with its `exit_code`; nothing else in the package calls `sys.exit` or prints.
"""

from __future__ import annotations

from typing import ClassVar


class AudcliError(Exception):
    """Something went wrong that the user can understand and act upon.

    `message` says what happened and where, `hint` the way out. The exit status is 1 unless a subclass says otherwise.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        """Keep the words."""
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(AudcliError):
    """The command was called wrongly, or a setting is not understood."""

    exit_code: ClassVar[int] = 2


class InvalidDefinitions(AudcliError):
    """Definitions hold errors, and the command needs them all valid."""

    exit_code: ClassVar[int] = 2


class StoreInUse(AudcliError):
    """Another process holds the store; `--wait SECONDS` waits for it."""

    exit_code: ClassVar[int] = 3


class StatementFailed(AudcliError):
    """The engine could not run a statement. What needs it fails; whatever else there is may go on."""
