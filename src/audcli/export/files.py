"""Files that are there whole or not at all.

    with opened(Path("big.csv")) as begin:    ->  .audcli-x1y2.part beside it
        begin().write(b"key,external_ids")        filled, flushed to the disk,
                                              ->  renamed to big.csv, with the mode that had, or 0600

Split, each `begin()` makes another file: big-001.csv, big-002.csv …, all put in place at the end.

A pipe, a terminal or `/dev/stdout` cannot be replaced, and is written straight.
"""

from __future__ import annotations

import errno
import hashlib
import itertools
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from audcli.errors import AudcliError, UsageError

_STANDARD_STREAMS = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}


class Sink:
    """Bytes on their way to a file at `path`: how many they are (`size`), and their digest (`sha256`)."""

    def __init__(self, path: str | None, name: str, write: Callable[[memoryview], int]) -> None:
        """Take the file's path, its name for messages, and what writes some of the bytes and tells how many."""
        self.path = path
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
def opened(out: BinaryIO | Path, *, split: bool = False) -> Iterator[Callable[[], Sink]]:
    """Give what begins the file, which takes its target's place when the block ends well and leaves it be otherwise.

    With `split` it begins one numbered file after the other, and all are put in place at the end. Streams, and paths of
    what is no regular file, are written straight. Raises `AudcliError` when a file cannot be written, `UsageError` for
    numbered files in a place that is written straight, `BrokenPipeError` when the reader of a pipe is gone.
    """
    if not isinstance(out, Path):
        if split:
            raise _unsplit("standard output")
        sink = Sink(None, "the output", out.write)
        yield lambda: sink
        with _explained("the output"):
            out.flush()
        return
    is_straight = _is_written_straight(out)
    if is_straight and split:
        raise _unsplit(f"`{out}`")
    with _opened_straight(out) if is_straight else _opened_beside(out, split=split) as begin:
        yield begin


def _unsplit(name: str) -> UsageError:
    return UsageError(f"{name} cannot be split into numbered files", hint="name a file with `--output`")


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
            errno.EFBIG: "it would be larger than a file may be here",
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
def _opened_straight(path: Path) -> Iterator[Callable[[], Sink]]:
    own = _descriptor(path)
    with _explained(f"`{path}`"):
        # `/dev/stdout` opened anew would begin at the start of the file that it is redirected to.
        descriptor = os.open(path, os.O_WRONLY) if own is None else os.dup(own)
    try:
        sink = Sink(str(path), f"`{path}`", lambda data: os.write(descriptor, data))
        yield lambda: sink
    finally:
        os.close(descriptor)


class _Draft:
    """A file beside its target, which takes the target's place when it is whole."""

    def __init__(self, path: Path) -> None:
        self._name = f"`{path}`"
        with _explained(self._name):
            self._target = path.resolve()
            self._descriptor, part = tempfile.mkstemp(prefix=".audcli-", suffix=".part", dir=self._target.parent)
        self._part = Path(part)
        self._is_open = True
        self.sink = Sink(str(path), self._name, lambda data: os.write(self._descriptor, data))

    def finish(self) -> None:
        """Bring what was written to the disk, with the mode of the target."""
        with _explained(self._name):
            with suppress(FileNotFoundError):
                os.fchmod(self._descriptor, stat.S_IMODE(self._target.stat().st_mode))
            os.fsync(self._descriptor)
        self._close()

    def put_in_place(self) -> None:
        """Replace the target."""
        with _explained(self._name):
            self._part.replace(self._target)
            _sync_folder(self._target.parent)

    def discard(self) -> None:
        """Leave nothing behind, unless it is in place already."""
        self._close()
        self._part.unlink(missing_ok=True)

    def _close(self) -> None:
        if self._is_open:
            self._is_open = False
            os.close(self._descriptor)


@contextmanager
def _opened_beside(path: Path, *, split: bool) -> Iterator[Callable[[], Sink]]:
    drafts: list[_Draft] = []

    def begin() -> Sink:
        if drafts:
            drafts[-1].finish()
        drafts.append(_Draft(numbered_path(path, len(drafts) + 1) if split else path))
        return drafts[-1].sink

    try:
        yield begin
        drafts[-1].finish()
        for draft in drafts:
            draft.put_in_place()
    finally:
        for draft in drafts:
            draft.discard()


def numbered_path(path: Path, number: int) -> Path:
    """Give the name of the file of that number: `big-001.csv`."""
    return path.with_name(f"{path.stem}-{number:03}{path.suffix}")


def left_over(path: Path | BinaryIO, count: int) -> tuple[str, ...]:
    """Find the numbered files that stand after the first `count`: an earlier export had more rows."""
    if not isinstance(path, Path):
        return ()
    later = (numbered_path(path, number) for number in itertools.count(count + 1))
    return tuple(str(each) for each in itertools.takewhile(Path.exists, later))


def _sync_folder(folder: Path) -> None:
    """Make the renaming last through a power cut, where the file system knows how."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
