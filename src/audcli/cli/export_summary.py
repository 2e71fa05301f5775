"""What `audcli export` says of a file that it wrote.

13 members · 12 with that id · 12 written · 799 bytes · SHA-256 9f86d0…
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from audcli.cli import render
from audcli.cli.invocation import Invocation

if TYPE_CHECKING:
    from audcli.export import Receipt


def sum_up(invocation: Invocation, receipt: Receipt, *, is_split: bool) -> None:
    """Tell in numbers what went in and came out, and what the files are; `is_split` where they are numbered."""
    if invocation.json:
        render.document(receipt)
        return
    voice = invocation.voice()
    if not is_split:
        [file] = receipt.files
        render.note(voice, " · ".join([*_counts(receipt), f"{file.size:,} bytes", f"SHA-256 {file.sha256}"]))
        return
    render.note(voice, " · ".join(_counts(receipt)))
    for file in receipt.files:
        render.note(voice, f"{file.path} · {_many(file.rows, 'row')} · {file.size:,} bytes · SHA-256 {file.sha256}")


def advise(invocation: Invocation, receipt: Receipt) -> None:
    """Warn of files that the platform will not take, and of numbered files that an earlier export left."""
    voice = invocation.voice()
    most = max(file.rows for file in receipt.files)
    if receipt.max_rows is not None and most > receipt.max_rows:
        render.warning(
            voice,
            f"`{receipt.match}` takes at most {receipt.max_rows:,} rows a file, and there are {most:,}",
            hint=f"`--max-rows {receipt.max_rows}` splits them into numbered files",
        )
    for path in receipt.left_over:
        render.warning(voice, f"`{path}` is of an earlier export and was left where it is", hint="remove it")


def warn_of_no_ids(voice: render.Voice, receipt: Receipt, id_types: Sequence[str]) -> None:
    """Warn where members are there and none has the id type asked for; `id_types` are those that the store has."""
    from difflib import get_close_matches

    near = get_close_matches(receipt.id_type or "", id_types, n=2)
    meant = f"did you mean {' or '.join(f'`{each}`' for each in near)}? " if near else ""
    render.warning(
        voice,
        f"no member of `{receipt.key}` has an id of type `{receipt.id_type}`: there is nothing to write",
        hint=f"{meant}types seen: {', '.join(f'`{each}`' for each in id_types)}",
    )


def _counts(receipt: Receipt) -> Iterator[str]:
    yield _many(receipt.members, "member") if receipt.kind == "audience" else f"{receipt.members:,} {receipt.level}"
    if receipt.users is not None:
        yield _many(receipt.users, "user")
    if receipt.with_id is not None:
        yield f"{receipt.with_id:,} with that id"
    yield f"{receipt.written:,} written"
    if receipt.repeated:
        yield f"{receipt.repeated:,} repeated"
    for reason, count in receipt.dropped:
        if count:
            yield f"{count:,} dropped ({reason})"
    if receipt.already_hashed:
        yield f"{receipt.already_hashed:,} hashed already"
    if receipt.match is not None:
        yield f"rules {receipt.match}"


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' if count != 1 else ''}"
