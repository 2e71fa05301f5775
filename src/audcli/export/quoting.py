"""CSV and JSON quoting: as SQL expressions for the rows, in Python for the header.

Given the text `acme, inc`:

    csv_cell            "acme, inc"
    json_text_in_csv    ""acme, inc""     which is the JSON string "acme, inc" inside a quoted cell

The JSON text of an object always holds quotes, so its cell is always quoted; `json_text_in_csv` doubles the
quotes already, and what it gives goes between the two quotes of a cell as it is.
"""

from __future__ import annotations

from collections.abc import Iterable

_SHORT_ESCAPES = {8: r"\b", 9: r"\t", 10: r"\n", 12: r"\f", 13: r"\r"}


def csv_cell(text: str) -> str:
    """Give the SQL for a cell that holds the text expression, quoted where RFC 4180 asks for it."""
    return f"""case when regexp_matches({text}, '[",\\r\\n]')
        then '"' || replace({text}, '"', '""') || '"' else {text} end"""


def json_text_in_csv(text: str) -> str:
    """Give the SQL for a text expression as a JSON string inside a quoted cell.

    The JSON is that of Python's `json.dumps(…, ensure_ascii=False)`. It is not made by DuckDB's `to_json`,
    which writes the hex digits of control characters in upper case.
    """
    escaped = rf"""replace(replace({text}, '\', '\\'), '"', '\""')"""
    for code in range(32):
        escape = _SHORT_ESCAPES.get(code, rf"\u{code:04x}")
        escaped = f"replace({escaped}, chr({code}), '{escape}')"
    needs_escapes = rf"""regexp_matches({text}, '["\\\x00-\x1f]')"""
    return f"""'""' || case when {needs_escapes} then {escaped} else {text} end || '""'"""


def csv_line(cells: Iterable[str], line_end: str) -> str:
    """Write one line of plain texts, by the same rules as `csv_cell`."""
    return ",".join(_quoted(cell) for cell in cells) + line_end


def _quoted(cell: str) -> str:
    if any(character in cell for character in '",\r\n'):
        return '"' + cell.replace('"', '""') + '"'
    return cell
