"""A JSON array becomes numbered records, element by element, whatever the length of the file.

[                                            (2, b'{"type": "track", ...}', {...})
{"type": "track", ...},                 ->   (3, b'7', 7)
7 ]
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import IO, NamedTuple, cast

from audcli.ingest.json_text import parse_prefix
from audcli.ingest.unusable import Unusable

_PIECE_BYTES = 1 << 20
_LONGEST_ELEMENT = 1 << 27
"""What is no JSON for so many characters is not read on in the hope that it may become JSON."""
_GOES_ON = len("e+")
_BLANK = re.compile(r"[ \t\r\n]*")


class Element(NamedTuple):
    """An element of the array: the number of its line, its text, and its value or what is wrong with it."""

    line: int
    raw: bytes
    value: object


def read_array(stream: IO[bytes], head: bytes, line: int) -> Iterator[Element]:
    """Give the elements of the array that begins with `head`, on this line, and goes on in the stream.

    Where the text is no JSON there is no telling where the next element begins: the rest is one reject.
    """
    window = _Window(stream, head, line)
    window.step(1)
    goes_on = window.character() != "]"
    while goes_on:
        try:
            value, length = window.read_value()
        except Unusable as problem:
            yield Element(window.line, window.rest(), problem)
            return
        yield Element(window.line, _bytes(window.text[window.place : window.place + length]), value)
        window.step(length)
        goes_on = window.character() == ","
        if goes_on:
            window.step(1)
        elif window.character() != "]":
            broken = Unusable("malformed_json", "the JSON array does not go on or end")
            yield Element(window.line, window.rest(), broken)
            return
    window.step(1)
    if window.character():
        yield Element(window.line, window.rest(), Unusable("malformed_json", "something follows the JSON array"))


class _Window:
    """The part of the text that is in memory, and the place in it that is to be read next, with the line it is on."""

    def __init__(self, stream: IO[bytes], head: bytes, line: int) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._is_at_end = False
        self.text = self._decoder.decode(head)
        self.place = 0
        self.line = line

    def character(self) -> str:
        """Give the character at the place, nothing at the end of the text."""
        return self.text[self.place : self.place + 1]

    def step(self, length: int) -> None:
        """Move on so far, and over the blanks that follow."""
        self.line += self.text.count("\n", self.place, self.place + length)
        self.place += length
        while True:
            end = cast(re.Match[str], _BLANK.match(self.text, self.place)).end()
            self.line += self.text.count("\n", self.place, end)
            self.place = end
            if end < len(self.text) or not self._read_more():
                return

    def read_value(self) -> tuple[object, int]:
        """Read the value at the place, and tell how long its text is. Raises `Unusable`."""
        while True:
            try:
                value, end = parse_prefix(self.text, self.place)
            except Unusable:
                if len(self.text) - self.place > _LONGEST_ELEMENT or not self._read_more():
                    raise
            else:
                length = end - self.place
                # A number at the end of what is in memory may go on, be it after `e+`.
                if len(self.text) - end > _GOES_ON or not self._read_more():
                    return value, length

    def rest(self) -> bytes:
        """Give what is left in memory, and read the stream to its end, where damage may show."""
        while self._stream.read(_PIECE_BYTES):
            pass
        return _bytes(self.text[self.place :].rstrip())

    def _read_more(self) -> bool:
        """Put more of the stream into memory, as much as is there already; tell whether there was any."""
        piece = b"" if self._is_at_end else self._stream.read(max(_PIECE_BYTES, len(self.text) - self.place))
        more = self._decoder.decode(piece, final=not piece)
        self._is_at_end = not piece
        self.text = self.text[self.place :] + more
        self.place = 0
        return bool(more)


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")
