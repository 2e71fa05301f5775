"""The lines of many layouts, cut in one pass: what the statement that stages them reads, put together from their cuts.

cut[12] is the user id in lines of one layout, cut[58] of another  ->  cut[([12, 58])[place]] as "userId"

A line is told by the first pattern that it is like and then, where several layouts have this pattern, by the kinds of
its numbers. What differs between layouts in nothing but where it stands in a line is written once, whatever they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from audcli.ingest.cuts import ABSENT, Cut, Sql
from audcli.ingest.like import in_order_of_likeness
from audcli.ingest.line_fields import IDS, OBJECTS, TEXTS
from audcli.ingest.skeletons import KNOWN_ESCAPES, NESTED_IDS
from audcli.sql_text import sql_text

_NO_PIECE = 0


@dataclass(frozen=True, slots=True)
class KnownLayout:
    """A usual layout with its number, the numbers of its shapes, and how its lines are cut."""

    number: int
    shapes: Mapping[str, int | None]
    nested_ids: frozenset[str]
    cut: Cut


def usual_lines(layouts: Sequence[KnownLayout], *, has_controls: bool) -> str:
    """Give the queries that read the lines of these layouts, given the most frequent first; the last is called `usual`.

    `has_controls` tells that there are control characters among the lines; one with any is not read.
    """
    forms: dict[str, list[KnownLayout]] = {}
    for layout in layouts:
        forms.setdefault(layout.cut.guess, []).append(layout)
    forms = {guess: forms[guess] for guess in in_order_of_likeness(list(forms))}
    listed = [layout for alike in forms.values() for layout in alike]
    guesses = " ".join(f"when line like {sql_text(guess)} then {at}" for at, guess in enumerate(forms, 1))
    plain = "case when not regexp_matches(line, '[\\x00-\\x1f]') then line end" if has_controls else "line"
    kinds = _together("form", [_kind([layout.cut.numbers for layout in alike]) for alike in forms.values()])
    numbers = iter(range(1, len(listed) + 1))
    places = _constant("form", [f"[{', '.join(str(next(numbers)) for _ in alike)}]" for alike in forms.values()])
    columns = ", ".join(f'{text} as "{name}"' for name, text in _columns(listed).items())
    # A line of no form is kept, and cut to nothing: a filter would have the engine guess twice.
    return f"""
    with guessed as (select row, line, case {guesses} end as form from (select row, {plain} as line from block)),
    pieces as (select *, string_split(case when form is not null then line end, '"') as cut from guessed),
    placed as (select *, ({places})[{kinds}] as place from pieces),
    texts as (select row, line, place, cut, {columns} from placed),
    usual as (select * exclude (line, place, cut), {_is_read(listed)} as is_read from texts)"""


def _kind(numbers: Sequence[Sql]) -> Sql:
    """Tell which layout of one pattern has its kinds of number in a line, from 1."""
    if numbers == [("true",)]:
        return ("1",)
    parts: list[str | int] = ["case"]
    for at, condition in enumerate(numbers, 1):
        parts += [" when ", *condition, f" then {at}"]
    return (*parts, " end")


def _columns(layouts: Sequence[KnownLayout]) -> dict[str, str]:
    fields = {name: [layout.cut.texts.get((name,), ABSENT) for layout in layouts] for name in TEXTS}
    fields |= {
        f"{id_}_text": [layout.cut.texts[path] if id_ in layout.nested_ids else ABSENT for layout in layouts]
        for id_, path in NESTED_IDS.items()
    }
    fields |= {name: [layout.cut.objects.get(name, ABSENT) for layout in layouts] for name in OBJECTS}
    columns = {name: _together("place", texts) for name, texts in fields.items()}
    columns["layout"] = _constant("place", [str(layout.number) for layout in layouts])
    for name in OBJECTS:
        numbers = [layout.shapes[name] for layout in layouts]
        columns[f"{name}_shape"] = _constant(
            "place", ["null::integer" if each is None else str(each) for each in numbers]
        )
    return columns


def _is_read(layouts: Sequence[KnownLayout]) -> str:
    """Tell whether a line is proven to be of its layout, and its texts stand in it as they are to be read."""
    pieces = _constant("place", [str(layout.cut.pieces) for layout in layouts])
    proof = _together("place", [layout.cut.proof for layout in layouts])
    texts = [f'"{name}"' for name in (*TEXTS, *(f"{id_}_text" for id_ in NESTED_IDS))]
    return f"""place is not null and len(cut) = {pieces} and {proof}
        and {" and ".join(_is_plain_id(f'"{name}"') for name in IDS)}
        and case when contains(line, '\\')
            then not contains(line, '\\"') and regexp_full_match(line, {sql_text(KNOWN_ESCAPES)})
                and not contains(concat({", ".join(texts)}), '\\')
            else true end"""


def _is_plain_id(text: str) -> str:
    """Tell of a text without control characters and escapes what `PLAIN_ID` matches, in a fraction of the time."""
    return f"""({text} is null
        or (strlen({text}) = length({text}) and not starts_with({text}, ' ') and not ends_with({text}, ' ')))"""


def _together(key: str, texts: Sequence[Sql]) -> str:
    """Write the SQL of many as one, where the value of `key` (from 1) tells which of them holds."""
    alike: dict[Sql, list[int]] = {}
    for at, text in enumerate(texts):
        alike.setdefault(_without_numbers(text), []).append(at)
    written = []
    for form, places in alike.items():
        numbers = iter(_pieces(key, texts, places))
        written.append("".join(part if type(part) is str else next(numbers) for part in form))
    if len(written) == 1:
        return written[0]
    number_of = {at: number for number, places in enumerate(alike.values()) for at in places}
    cases = " ".join(f"when {number} then {text}" for number, text in enumerate(written))
    return f"case {_constant(key, [str(number_of[at]) for at in range(len(texts))])} {cases} end"


def _without_numbers(text: Sql) -> Sql:
    return tuple(part if type(part) is str else _NO_PIECE for part in text)


def _pieces(key: str, texts: Sequence[Sql], places: Sequence[int]) -> Iterator[str]:
    """Give each piece that stands in some of the texts, which are alike but for the numbers of their pieces."""
    for numbers in zip(*([part for part in texts[at] if type(part) is int] for at in places), strict=True):
        number_of = dict(zip(places, numbers, strict=True))
        if not any(numbers):
            yield "null::varchar"
        else:
            yield f"cut[{_constant(key, [str(number_of.get(at, numbers[0])) for at in range(len(texts))])}]"


def _constant(key: str, values: Sequence[str]) -> str:
    """Give the one of these that the value of `key` (from 1) tells."""
    return values[0] if len(set(values)) == 1 else f"([{', '.join(values)}])[{key}]"
