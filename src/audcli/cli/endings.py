"""How a command ends when something goes wrong: a message, a way out and an exit status, never a traceback."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from audcli.cli import render
from audcli.cli.interrupts import INTERRUPTED
from audcli.errors import AudcliError

_FULL = (os.strerror(errno.ENOSPC), os.strerror(errno.EFBIG), os.strerror(errno.EDQUOT))
"""What the system says when a file cannot grow: the disk is full, or a limit or quota is reached."""


@contextmanager
def ending_well(voice: render.Voice, *, debug: bool) -> Iterator[None]:
    """Turn what is raised inside into words on standard error and an exit status.

    A reader that closes the pipe early (`| head`) has what it wanted: that ends quietly, with status 0.
    """
    try:
        yield
        sys.stdout.flush()
    except typer.Exit:
        raise
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None
    except (Exception, KeyboardInterrupt) as problem:
        if _is_interrupt(problem):
            render.error(voice, "interrupted", hint="what was under way is done in whole or not at all")
            raise typer.Exit(INTERRUPTED) from None
        if debug:
            traceback.print_exception(problem)
        raise typer.Exit(_tell(voice, problem)) from None


def _is_interrupt(problem: BaseException) -> bool:
    """Tell whether it all began with an interrupt; while it works, the engine makes an error of its own of one."""
    cause: BaseException | None = problem
    while cause is not None:
        if isinstance(cause, KeyboardInterrupt) or _is_of_engine(cause):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _is_of_engine(problem: BaseException) -> bool:
    """Tell whether this is how the engine says that it was interrupted: by its kind, or by these very words."""
    return type(problem).__name__ == "InterruptException" or (
        isinstance(problem, RuntimeError) and str(problem) == "Query interrupted"
    )


def _tell(voice: render.Voice, problem: BaseException) -> int:
    """Say what went wrong; give the exit status."""
    if isinstance(problem, AudcliError):
        render.error(voice, problem.message, hint=problem.hint)
        return problem.exit_code
    message, hint = _in_words(problem)
    render.error(voice, message, hint=hint)
    return 1


def _in_words(surprise: BaseException) -> tuple[str, str]:
    first_line = (str(surprise).strip() or type(surprise).__name__).splitlines()[0]
    kind = type(surprise).__name__
    if kind == "OutOfMemoryException":
        return f"not enough working memory: {first_line}", "give more with `--memory-limit`"
    if any(words in first_line for words in _FULL):
        return "the disk is full; what was under way is not done", "free space where the store is, and run it again"
    if kind == "IOException" and "Could not read" in first_line:
        return f"the store is damaged: {first_line}", "restore it from a backup, or remove it and ingest again"
    if kind in ("IOException", "TransactionException") and "Permission denied" in first_line:
        return "the folder of the store may not be written by this user", "name another store with `--store`"
    if isinstance(surprise, OSError) and surprise.filename is not None:
        return f"`{surprise.filename}`: {(surprise.strerror or first_line).lower()}", "nothing was changed"
    return (
        f"something unexpected went wrong ({kind}): {first_line}",
        "run it again with `--debug` to see where",
    )
