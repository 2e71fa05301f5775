"""A file becomes numbered records, each a JSON value or the reason why it is none.

    {"type": "track", ...}\n        (1, b'{"type": "track", ...}', {...})
    {"type":\n                  ->  (2, b'{"type":', Unusable("malformed_json"))

A file of one JSON array, or of one object with a `batch`, gives its elements; the calls of a batch inherit its
`sentAt` and `context`.
"""

from __future__ import annotations

import gzip
import io
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

import pyarrow as pa

from audcli.errors import AudcliError
from audcli.ingest.files import STANDARD_INPUT, compression
from audcli.ingest.json_text import encode, parse, parse_many, parse_prefix, problem_of_strings
from audcli.ingest.lines import Block, read_blocks
from audcli.ingest.unusable import Unusable, too_deep

_BUFFER_BYTES = 1 << 20
_CHUNK_BYTES = 1 << 18
_BLANKS = b" \t\r\n"
_BLANK = re.compile(r"[ \t\r\n]*")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_GOES_ON = b"{[,:"
"""A line that begins an object and ends so is the first of several that hold one JSON value."""
_INHERITED = ("sentAt", "context")


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
    return OpenFile(_named_errors(_records(stream), file), bytes_read)


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


def _records(stream: IO[bytes]) -> Iterator[Record | Block]:
    line, first = _first_line(stream)
    if first.startswith(b"{") and first[-1:] not in _GOES_ON:
        yield from records_of([(line, first)])
        yield from read_blocks(stream, line + 1)
        return
    rest = stream.read()
    whole = (first + b"\n" + rest).strip(_BLANKS)
    if first.startswith(b"[") and (isinstance(parse(first), Unusable) or not rest.strip(_BLANKS)):
        yield from _array(whole.decode(errors="surrogateescape"), line)
        return
    value = parse(whole)
    if isinstance(value, Unusable):
        yield from read_blocks(io.BytesIO(whole), line)
    else:
        yield from _calls_of(Record(line, whole, value))


def _first_line(stream: IO[bytes]) -> tuple[int, bytes]:
    """Give the first line that is not blank, and its number."""
    for number, line in enumerate(stream, 1):
        first = (line.removeprefix(BYTE_ORDER_MARK) if number == 1 else line).strip(_BLANKS)
        if first:
            return number, first
    return 1, b""


def _parsed(lines: Sequence[tuple[int, bytes]]) -> Iterator[Record]:
    for (number, raw), value in zip(lines, parse_many([raw for _, raw in lines]), strict=True):
        if type(value) is dict and "batch" in value:
            yield from _calls_of(Record(number, raw, value))
        elif b"\\u" in raw and type(value) is dict:
            yield Record(number, raw, problem_of_strings(value) or value)
        else:
            yield Record(number, raw, value)


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


def _array(text: str, line: int) -> Iterator[Record]:
    """Give the elements of a JSON array one by one, so that each has its own line and text.

    Where the text is no JSON there is no telling where the next element begins: the rest is one reject.
    """
    place = _skip_blanks(text, 1)
    counted = 0
    while text[place : place + 1] != "]":
        line += text.count("\n", counted, place)
        counted = place
        try:
            value, end = parse_prefix(text, place)
        except Unusable as problem:
            yield Record(line, _bytes(text[place:]), problem)
            return
        raw = _bytes(text[place:end])
        yield Record(line, raw, value if problem_of_strings(value) is None else parse(raw))
        place = _skip_blanks(text, end)
        if text[place : place + 1] == ",":
            place = _skip_blanks(text, place + 1)
        elif text[place : place + 1] != "]":
            yield Record(line, _bytes(text[place:]), Unusable("malformed_json", "the JSON array does not go on or end"))
            return
    rest = text[place + 1 :].strip()
    if rest:
        yield Record(line, _bytes(rest), Unusable("malformed_json", "something follows the JSON array"))


def _skip_blanks(text: str, place: int) -> int:
    return cast(re.Match[str], _BLANK.match(text, place)).end()


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")
