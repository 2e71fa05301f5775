"""A stream becomes blocks of numbered lines, cut at C speed and never more than some tens of megabytes at once.

b'{"a": 1}\n{"b": 2}\n\xff\n'  ->  Block(first=1, texts=['{"a": 1}', '{"b": 2}', ''], odd={3: b"\xff"})
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import IO, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from audcli.ingest.skeletons import MARKS

_FIRST_BYTES = 1 << 18
FEW_LINES = 512
"""Fewer lines are read faster one by one than many at a time: they show no layout, and blocks stay small until then."""
_MOST_BYTES = 1 << 24
_LONGEST_LINE = 1 << 20
_FIRST_NO_CONTROL = 0x20
_MARK_BYTES = tuple(mark.encode() for mark in MARKS)


class Block(NamedTuple):
    """Lines that follow each other: the number of the first, and the text of each as an Arrow array.

    A line that has no skeleton stands in `odd` by its number and is empty among the texts: it is not UTF-8, holds the
    characters that are kept for marks, or is very long. `has_controls` tells that control characters stand in lines.
    """

    first: int
    texts: pa.Array
    odd: dict[int, bytes]
    has_controls: bool = False


def read_blocks(stream: IO[bytes], first: int, begun: bytes = b"") -> Iterator[Block]:
    """Cut what is left of a stream into blocks; `first` is the number of its next line, which `begun` begins.

    The first blocks are small, until one shows what the lines are like: each has a fixed cost, and lines that are not
    known yet take long.
    """
    size = _FIRST_BYTES
    unfinished = [begun]
    while piece := stream.read(size):
        end = piece.rfind(b"\n") + 1
        if end == 0:
            unfinished.append(piece)
            continue
        block = _block(first, b"".join([*unfinished, memoryview(piece)[:end]]))
        unfinished = [piece[end:]]
        first += len(block.texts)
        yield block
        size = _MOST_BYTES if len(block.texts) >= FEW_LINES else min(4 * size, _MOST_BYTES)
    if last := b"".join(unfinished):
        yield _block(first, last)


def read_blocks_ahead(stream: IO[bytes], first: int, begun: bytes = b"") -> Iterator[Block]:
    """Give the same blocks, each cut on another thread while the one before it is in use.

    To be closed it waits for that, so it is not for streams that may keep their reader waiting.
    """
    blocks = read_blocks(stream, first, begun)
    with ThreadPoolExecutor(1) as thread:
        following = thread.submit(next, blocks, None)
        while block := following.result():
            following = thread.submit(next, blocks, None)
            yield block


def _block(first: int, data: bytes) -> Block:
    lines = pc.split_pattern(_large_binary(data), b"\n").values
    has_controls = _has_controls(lines, data)
    if data.endswith(b"\n"):
        lines = lines[:-1]
    is_plain = not any(mark in data for mark in _MARK_BYTES) and pc.max(pc.binary_length(lines)).as_py() < _LONGEST_LINE
    if is_plain:
        try:
            return Block(first, lines.cast(pa.large_string()), {}, has_controls)
        except pa.ArrowInvalid:
            pass
    texts = []
    odd = {}
    for number, line in enumerate(lines.to_pylist(), first):
        text = _text(line)
        texts.append(text or "")
        if text is None:
            odd[number] = line
    return Block(first, pa.array(texts, pa.large_string()), odd, has_controls)


def _large_binary(data: bytes) -> pa.Array:
    """Give an array of one value, which is not copied."""
    ends = pa.array([0, len(data)], pa.int64()).buffers()[1]
    return pa.Array.from_buffers(pa.large_binary(), 1, [None, ends, pa.py_buffer(data)])


def _has_controls(lines: pa.Array, data: bytes) -> bool:
    """Tell whether there are control characters in lines other than carriage returns at their ends."""
    length = pc.sum(pc.binary_length(lines)).as_py()
    characters = pa.Array.from_buffers(pa.uint8(), length, [None, lines.buffers()[2]])
    least = pc.min(characters).as_py()
    if least is None or least >= _FIRST_NO_CONTROL:  # which is told in a tenth of the time of counting them
        return False
    controls = pc.sum(pc.less(characters, pa.scalar(_FIRST_NO_CONTROL, pa.uint8()))).as_py()
    return bool(controls > data.count(b"\r\n"))


def _text(line: bytes) -> str | None:
    if len(line) >= _LONGEST_LINE or any(mark in line for mark in _MARK_BYTES):
        return None
    try:
        return line.decode()
    except UnicodeDecodeError:
        return None
