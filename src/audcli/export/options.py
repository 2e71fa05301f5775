"""What the user asks of an export: `--format single-column --id-type phone --default-region US`."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal, get_args

import phonenumbers

from audcli.errors import UsageError

Format = Literal["unformatted", "indexed", "single-column", "expanded"]
LineEnding = Literal["crlf", "lf"]
FORMATS: tuple[Format, ...] = get_args(Format)


@dataclass(frozen=True, slots=True)
class Users:
    """Whom of an account's users a file takes: those with an id of a type of `known_by`, all where it is None."""

    known_by: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """How a file is to look.

    `id_type`, `match`, `raw`, `upper`, `default_region`, `header` and `no_header` are of `single-column` alone.
    Without an `id_type` it is `email` for profiles and `group_id` for accounts. `match` names the rules of a
    platform, such as `google` or `google-2026-07`. `default_region` (two letters, any case) is where a phone number
    without a country code is from. `header` is written in place of the usual one, `no_header` leaves it out.

    With `users` a file of accounts has a row for each of their users instead. `columns` are traits to be added to
    `unformatted` and `indexed`. `max_rows` splits the file into numbered ones of
    so many rows, the header not counted. Raises `UsageError` for options that do not go together.
    """

    format: Format = "unformatted"
    line_ending: LineEnding = "crlf"
    id_type: str | None = None
    match: str | None = None
    raw: bool = False
    upper: bool = False
    default_region: str | None = None
    header: str | None = None
    no_header: bool = False
    max_rows: int | None = None
    columns: tuple[str, ...] = ()
    users: Users | None = None

    def __post_init__(self) -> None:
        """Refuse what does not go together."""
        if self.format != "single-column":
            _refuse_single_column_options(self)
        if self.columns and self.format not in ("unformatted", "indexed"):
            raise _no_meaning("--columns", self.format, "`--format unformatted` or `indexed`")
        if self.raw and self.upper:
            raise UsageError("`--upper` is about hashes, and `--raw` writes none", hint="leave one of them out")
        if self.header is not None and self.no_header:
            raise UsageError("`--header` and `--no-header` contradict each other", hint="leave one of them out")
        if self.max_rows is not None and self.max_rows < 1:
            raise UsageError("`--max-rows` is less than one row", hint="write a whole number from 1")
        if self.default_region is not None:
            _check_region(self.default_region)

    @property
    def line_end(self) -> str:
        """The characters that end a line."""
        return "\r\n" if self.line_ending == "crlf" else "\n"


def _refuse_single_column_options(options: ExportOptions) -> None:
    given = {
        "--id-type": options.id_type is not None,
        "--match": options.match is not None,
        "--raw": options.raw,
        "--upper": options.upper,
        "--default-region": options.default_region is not None,
        "--header": options.header is not None,
        "--no-header": options.no_header,
    }
    for flag, is_given in given.items():
        if is_given:
            raise _no_meaning(flag, options.format, "`--format single-column`")


def _no_meaning(flag: str, format_: Format, where: str) -> UsageError:
    return UsageError(f"`{flag}` has no meaning for the format `{format_}`", hint=f"it goes with {where}")


def _check_region(region: str) -> None:
    regions: set[str] = phonenumbers.SUPPORTED_REGIONS
    if region.upper() not in regions:
        near = get_close_matches(region.upper(), sorted(regions), n=3, cutoff=0.5)
        did_you_mean = f"; did you mean {' or '.join(f'`{name}`' for name in near)}?" if near else ""
        raise UsageError(
            f"there is no region `{region}` for `--default-region`",
            hint=f"regions are two letters of ISO 3166, such as `US` or `DE`{did_you_mean}",
        )
