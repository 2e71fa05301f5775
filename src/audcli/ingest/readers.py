"""A file becomes numbered records, each a JSON value or the reason why it is none.

    {"type": "track", ...}\n        (1, b'{"type": "track", ...}', {...})
    {"type":\n                  ->  (2, b'{"type":', Unusable("malformed_json"))

A file of one JSON array, or of one object with a `batch`, gives its elements; the calls of a batch inherit its
`sentAt` and `context`.
"""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

import pyarrow as pa

from audcli.errors import AudcliError
from audcli.ingest.arrays import read_array
from audcli.ingest.files import STANDARD_INPUT, compression
from audcli.ingest.json_text import encode, is_cut_short, parse, parse_many, problem_of_strings
from audcli.ingest.lines import Block, read_blocks, read_blocks_ahead
from audcli.ingest.unusable import Unusable, too_deep

_BUFFER_BYTES = 1 << 20
_CHUNK_BYTES = 1 << 18
_LONG_LINE = 1 << 20
_LONG_OBJECT = 1 << 27
"""Of an object over many lines so many bytes are read before it is asked whether it is one."""
_BLANKS = b" \t\r\n"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_GOES_ON = b"{[,:"
"""A line that begins an object and ends so is the first of several that hold one JSON value."""
_INHERITED = ("sentAt", "context")


Blocks = Callable[..., Iterator[Block]]
"""Cuts a stream into blocks of lines: `read_blocks` or `read_blocks_ahead`."""


class Record(NamedTuple):
    """A record: the number of its line, its text as it stands in the file, and its JSON value or what is wrong.

    `given_time` (microseconds since 1970 UTC) is the time of a record that carries none.
    """

    line: int
    raw: bytes
    value: Any
    given_time: int | None = None


class OpenFile(NamedTuple):
    """A file being read, and how many of its (compressed) bytes were read so far."""

    records: Iterator[Record | Block]
    bytes_read: Callable[[], int]


def open_records(file: str, resources: ExitStack) -> OpenFile:
    """Open a file, to be closed with `resources`. Reading raises `AudcliError` when it is cut short or damaged."""
    stream, bytes_read = open_bytes(file, resources)
    blocks = read_blocks if file == STANDARD_INPUT else read_blocks_ahead
    return OpenFile(_named_errors(_records(stream, blocks), file), bytes_read)


def open_bytes(file: str, resources: ExitStack) -> tuple[io.BufferedReader, Callable[[], int]]:
    """Open the content of a file, decompressed, and tell how many of its (compressed) bytes were read so far."""
    counted = _Counted(_source(file, resources))
    stream = _decompressed(io.BufferedReader(counted, _BUFFER_BYTES), compression(file), resources)
    return stream, lambda: counted.count


@contextmanager
def naming_errors(file: str) -> Iterator[None]:
    """Raise `AudcliError`, which names the file, where its compressed data turns out cut short or damaged."""
    try:
        yield
    except EOFError as error:
        raise AudcliError(f"`{file}` is cut short: its compressed data ends too early") from error
    except (OSError, zlib.error) as error:
        raise AudcliError(f"`{file}` cannot be read: {_reason(error)}") from error


def records_of(lines: Iterable[tuple[int, bytes]]) -> Iterator[Record]:
    """Give the records of numbered lines, of which blank ones hold none."""
    taken: list[tuple[int, bytes]] = []
    size = 0
    for number, line in lines:
        raw = line.strip(_BLANKS)
        if raw:
            taken.append((number, raw))
            size += len(raw)
        if size > _CHUNK_BYTES:
            yield from _parsed(taken)
            taken, size = [], 0
    if taken:
        yield from _parsed(taken)


def _source(file: str, resources: ExitStack) -> IO[bytes]:
    if file == STANDARD_INPUT:
        return sys.stdin.buffer
    try:
        return resources.enter_context(Path(file).open("rb"))
    except OSError as error:
        raise AudcliError(f"`{file}` cannot be read: {_reason(error)}") from error


class _Counted(io.RawIOBase):
    """A stream that counts what is read from it."""

    def __init__(self, source: IO[bytes]) -> None:
        super().__init__()
        self.count = 0
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = cast(io.BufferedReader, self._source).readinto(buffer)
        self.count += size
        return size


def _decompressed(source: io.BufferedReader, how: str | None, resources: ExitStack) -> io.BufferedReader:
    match how:
        case "gz":
            unzipped = resources.enter_context(gzip.GzipFile(fileobj=source))
            return io.BufferedReader(cast(io.RawIOBase, unzipped), _BUFFER_BYTES)
        case "zst":
            unpacked = pa.CompressedInputStream(pa.PythonFile(source, mode="r"), "zstd")
            return io.BufferedReader(resources.enter_context(unpacked), _BUFFER_BYTES)
        case _:
            return source


def _named_errors(records: Iterator[Record | Block], file: str) -> Iterator[Record | Block]:
    with naming_errors(file):
        yield from records


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    if "Truncated" in str(error):
        return "its compressed data ends too early"
    return "its compressed data is damaged"


def _records(stream: IO[bytes], blocks: Blocks) -> Iterator[Record | Block]:
    line, first = _first_line(stream)
    if first.startswith(b"{") and first[-1:] not in _GOES_ON:
        yield from records_of([(line, first)])
        yield from blocks(stream, line + 1)
    elif first.startswith(b"["):
        yield from _records_of_list(stream, blocks, line, first)
    else:
        yield from _records_of_lines(stream, blocks, line, first)


def _first_line(stream: IO[bytes]) -> tuple[int, bytes]:
    """Give the first line that is not blank, and its number; of a long list no more than its beginning."""
    number = 0
    while line := stream.readline(_LONG_LINE):
        number += 1
        first = (line.removeprefix(BYTE_ORDER_MARK) if number == 1 else line).lstrip(_BLANKS)
        if len(line) == _LONG_LINE and not first.startswith(b"["):
            first += stream.readline()
        if first:
            return number, first if len(line) == _LONG_LINE else first.rstrip(_BLANKS)
    return 1, b""


def _records_of_list(stream: IO[bytes], blocks: Blocks, line: int, first: bytes) -> Iterator[Record | Block]:
    """Give the elements of the file, which is one list, unless that list is only the first of its lines."""
    if len(first) < _LONG_LINE and not isinstance(parse(first), Unusable):
        between, second = _first_line(stream)
        if second:
            yield from records_of([(line, first), (line + between, second)])
            yield from blocks(stream, line + between + 1)
            return
    end = b"" if len(first) >= _LONG_LINE else b"\n"
    for element in read_array(stream, first + end, line):
        is_text = isinstance(element.value, Unusable) or problem_of_strings(element.value) is None
        yield Record(element.line, element.raw, element.value if is_text else _parsed_text(element.raw))


def _records_of_lines(stream: IO[bytes], blocks: Blocks, line: int, first: bytes) -> Iterator[Record | Block]:
    """Give the calls of the file, which is one object over many lines, unless its lines stand for themselves."""
    begun = first + b"\n" + stream.read(_LONG_OBJECT)
    if len(begun) > _LONG_OBJECT and is_cut_short(begun):
        begun += stream.read()
    rest = stream.read(1)
    value = Unusable("malformed_json", "it goes on") if rest else parse(begun.strip(_BLANKS))
    if isinstance(value, Unusable):
        yield from blocks(stream, line, begun + rest)
    else:
        yield from _calls_of(Record(line, begun.strip(_BLANKS), value))


def _parsed(lines: Sequence[tuple[int, bytes]]) -> Iterator[Record]:
    for (number, raw), value in zip(lines, parse_many([raw for _, raw in lines]), strict=True):
        if type(value) is dict and "batch" in value:
            yield from _calls_of(Record(number, raw, value))
        elif b"\\u" in raw and type(value) is dict:
            yield Record(number, raw, problem_of_strings(value) or value)
        else:
            yield Record(number, raw, value)


def _parsed_text(raw: bytes) -> Any:
    """Read one JSON value of which a string is no Unicode text, be it by its bytes or by an escaped half of a pair."""
    value = parse(raw)
    return value if isinstance(value, Unusable) else problem_of_strings(value) or value


def _calls_of(record: Record) -> Iterator[Record]:
    """Give the calls of an object with a `batch`, else the record itself."""
    batch = record.value
    if type(batch) is not dict or type(batch.get("batch")) is not list or "type" in batch:
        yield record._replace(value=problem_of_strings(batch) or batch)
        return
    inherited = {field: batch[field] for field in _INHERITED if batch.get(field) is not None}
    for call in batch["batch"]:
        if type(call) is dict:
            for field, value in inherited.items():
                if call.get(field) is None:
                    call[field] = value
        try:
            yield Record(record.line, encode(call), problem_of_strings(call) or call)
        except RecursionError:
            yield Record(record.line, record.raw, too_deep())
