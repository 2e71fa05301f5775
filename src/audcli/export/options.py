"""What the user asks of an export: `--format single-column --id-type phone --default-region US`."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

import phonenumbers

from audcli.errors import UsageError

Format = Literal["unformatted", "indexed", "single-column"]
LineEnding = Literal["crlf", "lf"]


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """How a file is to look.

    `id_type`, `raw`, `upper` and `default_region` are of `single-column` alone. Without an `id_type` it is
    `email` for profiles and `group_id` for accounts. `default_region` (two letters, any case) is where a
    phone number without a country code is from. Raises `UsageError` for options that do not go together.
    """

    format: Format = "unformatted"
    line_ending: LineEnding = "crlf"
    id_type: str | None = None
    raw: bool = False
    upper: bool = False
    default_region: str | None = None

    def __post_init__(self) -> None:
        """Refuse what does not go together."""
        if self.format != "single-column":
            _refuse_single_column_options(self)
        if self.raw and self.upper:
            raise UsageError("`--upper` is about hashes, and `--raw` writes none", hint="leave one of them out")
        if self.default_region is not None:
            _check_region(self.default_region)

    @property
    def line_end(self) -> str:
        """The characters that end a line."""
        return "\r\n" if self.line_ending == "crlf" else "\n"


def _refuse_single_column_options(options: ExportOptions) -> None:
    given = {
        "--id-type": options.id_type is not None,
        "--raw": options.raw,
        "--upper": options.upper,
        "--default-region": options.default_region is not None,
    }
    for flag, is_given in given.items():
        if is_given:
            raise UsageError(
                f"`{flag}` has no meaning for the format `{options.format}`",
                hint="it goes with `--format single-column`",
            )


def _check_region(region: str) -> None:
    regions: set[str] = phonenumbers.SUPPORTED_REGIONS
    if region.upper() not in regions:
        near = get_close_matches(region.upper(), sorted(regions), n=3, cutoff=0.5)
        did_you_mean = f"; did you mean {' or '.join(f'`{name}`' for name in near)}?" if near else ""
        raise UsageError(
            f"there is no region `{region}` for `--default-region`",
            hint=f"regions are two letters of ISO 3166, such as `US` or `DE`{did_you_mean}",
        )
