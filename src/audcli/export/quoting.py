"""CSV and JSON quoting for columns of texts in Arrow, and CSV in Python for the header.

Given the text `acme, inc`:

    cells                "acme, inc"
    json_escaped         acme, inc         which `""` around it makes the JSON string "acme, inc" inside a quoted cell

The JSON text of an object always holds quotes, so its cell is always quoted, and quotes within it are doubled.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

_NEED_QUOTES = b'",\r\n'
_NEED_ESCAPES = b'"\\'
_SHORT_ESCAPES = {8: r"\b", 9: r"\t", 10: r"\n", 12: r"\f", 13: r"\r"}
_ESCAPES = {"\\": r"\\", **{chr(code): _SHORT_ESCAPES.get(code, rf"\u{code:04x}") for code in range(32)}, '"': '\\""'}
"""What each character becomes, the backslash first; of an escaped quote the quote itself is doubled for the cell."""


def cells(texts: pa.StringArray) -> pa.StringArray:
    """Write texts as cells, quoted where RFC 4180 asks for it, and nowhere else."""
    if not _has_any(texts, _NEED_QUOTES):
        return texts
    special = pc.match_substring_regex(texts, r'[",\r\n]')
    quoted = pc.binary_join_element_wise('"', pc.replace_substring(texts, pattern='"', replacement='""'), '"', "")
    return pc.if_else(special, quoted, texts)


def json_escaped(texts: pa.StringArray) -> pa.StringArray:
    """Write what stands between the quotes of a JSON string inside a quoted cell.

    The escapes are those of Python's `json.dumps(…, ensure_ascii=False)`.
    """
    if _has_any(texts, _NEED_ESCAPES) or _has_control_characters(texts):
        for character, escape in _ESCAPES.items():
            texts = pc.replace_substring(texts, pattern=character, replacement=escape)
    return texts


def _has_any(texts: pa.StringArray, characters: bytes) -> bool:
    """Tell whether any of the texts has any of the few (ASCII) characters: looking at all bytes at once is fastest."""
    whole = bytes(text_of(texts))
    return any(character in whole for character in characters)


def _has_control_characters(texts: pa.StringArray) -> bool:
    whole = text_of(texts)
    codes = pa.UInt8Array.from_buffers(pa.uint8(), len(whole), [None, pa.py_buffer(whole)])
    least = pc.min(codes).as_py()
    return least is not None and least < ord(" ")


def text_of(texts: pa.StringArray) -> memoryview:
    """Give all the texts one after the other, which is how Arrow keeps them: nothing is copied."""
    if len(texts) == 0:
        return memoryview(b"")
    _, offsets, characters = texts.buffers()
    ends = memoryview(offsets).cast("i")
    return memoryview(characters or b"")[ends[texts.offset] : ends[texts.offset + len(texts)]]


def csv_line(row: Iterable[str], line_end: str) -> str:
    """Write one line of plain texts, by the same rules as `cells`."""
    return ",".join(cell(text) for text in row) + line_end


def cell(text: str) -> str:
    """Write one text as a cell."""
    if any(character in text for character in '",\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text
