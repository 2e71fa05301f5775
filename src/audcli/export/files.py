"""Files that are there whole or not at all.

    with opened(Path("big.csv")) as sink:     ->  .audcli-x1y2.part beside it
        sink.write(b"key,external_ids")           filled, flushed to the disk,
                                              ->  renamed to big.csv, with the mode that had, or 0600

A pipe, a terminal or `/dev/stdout` cannot be replaced, and is written straight.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from audcli.errors import AudcliError

_STANDARD_STREAMS = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}


class Sink:
    """Bytes on their way to a file: how many they are (`size`), and their digest (`sha256`)."""

    def __init__(self, name: str, write: Callable[[memoryview], int]) -> None:
        """Take the file's name for messages, and what writes some of the bytes and tells how many."""
        self.size = 0
        self._name = name
        self._write = write
        self._digest = hashlib.sha256()

    def write(self, data: bytes | memoryview) -> None:
        """Write all of the bytes.

        Raises `BrokenPipeError` when the reader of a pipe is gone, `AudcliError` when the file cannot take
        them.
        """
        rest = memoryview(data)
        with _explained(self._name):
            while rest:
                rest = rest[self._write(rest) :]
        self._digest.update(data)
        self.size += len(data)

    @property
    def sha256(self) -> str:
        """The lower-case hex digest of what was written so far."""
        return self._digest.hexdigest()


@contextmanager
def opened(out: BinaryIO | Path) -> Iterator[Sink]:
    """Open a file that takes the place of its target when the block ends well, and leaves it be otherwise.

    Streams, and paths of what is no regular file, are written straight. Raises `AudcliError` when the file
    cannot be written, `BrokenPipeError` when the reader of a pipe is gone.
    """
    if not isinstance(out, Path):
        yield (sink := Sink("the output", out.write))
        with _explained("the output"):
            out.flush()
        return
    with _opened_straight(out) if _is_written_straight(out) else _opened_beside(out) as sink:
        yield sink


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Turn the system's errors about a file into errors for the user; a broken pipe passes as it is."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        known = {
            errno.ENOSPC: "the disk is full",
            errno.EDQUOT: "the disk quota is used up",
            errno.ENOENT: "its folder does not exist",
            errno.EISDIR: "it is a folder",
        }
        reason = known.get(error.errno or 0, (error.strerror or "the system refused").lower())
        raise AudcliError(f"{name} cannot be written: {reason}") from error


def _is_written_straight(path: Path) -> bool:
    if _descriptor(path) is not None:
        return True
    with _explained(f"`{path}`"), suppress(FileNotFoundError):
        return not stat.S_ISREG(path.stat().st_mode)
    return False


def _descriptor(path: Path) -> int | None:
    """Tell which of our own open files a path such as `/dev/stdout` or `/dev/fd/3` stands for."""
    if str(path) in _STANDARD_STREAMS:
        return _STANDARD_STREAMS[str(path)]
    is_numbered = str(path.parent) in ("/dev/fd", "/proc/self/fd") and path.name.isdecimal()
    return int(path.name) if is_numbered else None


@contextmanager
def _opened_straight(path: Path) -> Iterator[Sink]:
    own = _descriptor(path)
    with _explained(f"`{path}`"):
        # `/dev/stdout` opened anew would begin at the start of the file that it is redirected to.
        descriptor = os.open(path, os.O_WRONLY) if own is None else os.dup(own)
    try:
        yield Sink(f"`{path}`", lambda data: os.write(descriptor, data))
    finally:
        os.close(descriptor)


@contextmanager
def _opened_beside(path: Path) -> Iterator[Sink]:
    name = f"`{path}`"
    with _explained(name):
        target = path.resolve()
        descriptor, part_name = tempfile.mkstemp(prefix=".audcli-", suffix=".part", dir=target.parent)
    part = Path(part_name)
    try:
        yield Sink(name, lambda data: os.write(descriptor, data))
        with _explained(name):
            with suppress(FileNotFoundError):
                os.fchmod(descriptor, stat.S_IMODE(target.stat().st_mode))
            os.fsync(descriptor)
            part.replace(target)
            _sync_folder(target.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    """Make the renaming last through a power cut, where the file system knows how."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
