"""Lines as senders write them, full of traps: the same few forms again and again, with plain and with odd values.

raw_lines(deal)  ->  [b'{"type":"track","event":"A","userId":"u1","messageId":"m1","timestamp":1769853600,...}', ...]
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

Values = Callable[[Random], str]
"""Deals the value that stands in one place of a line."""

TEXTS = ['"a"', '"b c"', '"5"', '"true"', '"A:b"']
ODD_TEXTS = [
    '""', '" a "', '"\\u00e9"', '"é"', '"\\ud83d"', '"\\ud83d\\ude00"', '"\\u0000"', '"\\u0010\\u0a00"', '"\\""', '"\\/"',
    '"x\\":12.0,"', '":12.0,"', '"\t"', '"\x01"', '"\x01\\"\x02"', '"a', '"\\x"', '"\\uD8"',
]  # fmt: skip
NUMBERS = ["0", "1", "-1", "12", "0.5", "12.99", "-3.25"]
ODD_NUMBERS = [
    "1.0", "-2.00", "0.0", "-0", "-0.0", "1.50", "99999999.9999999", "99999999.99999999", "123456789012345",
    "1234567890123456", "9007199254740993", "18446744073709551616", "1e5", "1E400", "1e-7", "0.30000000000000004",
    "5.00000000000000001", "4.999999999999999999", "123456789.5", "01", "1.", ".5", "-", "NaN", "Infinity", "-inf", "+1",
]  # fmt: skip
OTHERS = [
    "true", "false", "null", "[]", "{}", "[1]", "[1.0]", '["a","b"]', '[{"a":1.0},{"a":"x"}]', '{"a":{"b":1.0}}',
    '{"a":1,"a":2}', '{"a":1,"\\u0061":2}', "[1,]", '{"a":1,}', "tru", "[1 2]", '{"a" :1}', "1\"", '{"a":  7.0}',
]  # fmt: skip
IDS = ['"u1"', '"u2"', '"u3"', '"d-1"']
ODD_IDS = ["7", "7.0", "1e3", '" u1"', '"u1\\u00a0"', '"None"', '"É"', "null", "true", '""', '"-"', '"0"', '"-0"', "[]"]
TIMES = ['"2026-01-31T10:00:00Z"', '"2026-01-31T10:00:00.123Z"', "1769853600", '"2026-01-31T10:00:00.12+00:00"']
ODD_TIMES = [
    "1769853600000", '"1769853600"', '"20260131"', '"2026-01-31 10:00:00"', '"2026-01-31T10:00:00.123456789Z"', "null",
    '"2026-01-31T11:00:00+01:00"', '"2026-02-30T10:00:00Z"', '"2026-01-31T24:00:00Z"', '"2026-01-31T10:00:60Z"', "0",
    '"0001-01-01T00:00:00Z"', "99999999999999", "-5", '"x"', '""', "1769853600.5", "true", '"2026-01-31"', "99999999999",
]  # fmt: skip
KEYS = ["a", "b", "A b", "é", "\\u0061", 'a\\"', "type", "timestamp", "userId", "email", "5", "a_b", "axb", "a%b", "b:"]
SEPARATORS = [(",", ":"), (", ", ": ")] * 4 + [(" , ", " : "), (",\t", ":"), (",", ":  ")]


def raw_lines(deal: Random, count: int) -> list[bytes]:
    """Deal the lines of a file: many of few forms, and some that are no calls at all."""
    forms = [form(deal) for _ in range(deal.randint(1, 5))]
    junk = [b"", b" ", b"{}", b"\xff", b"[1]", b'{"type":"\xff"}', b'{"type":"track"', b"\x01", b"7 "]
    end = deal.choice([b"", b"", b"\r", b" "])
    return [
        (deal.choice(junk) if deal.random() < 0.03 else deal.choice(forms)(deal).encode()) + end for _ in range(count)
    ]


def form(deal: Random) -> Values:
    """Choose a form: the keys of a line in their order, and what stands at each."""
    fields: dict[str, Values] = {
        "type": place(
            deal, [deal.choice(['"track"', '"track"', '"page"', '"identify"', '"group"'])], ['"alias"', '"?"', "1"]
        ),
        "event": place(deal, ['"A"', '"B"'], ['""', "null", "1"]),
        "userId": place(deal, IDS, ODD_IDS),
        "messageId": place(deal, [f'"m{number}"' for number in range(1000)], ODD_IDS),
        "timestamp": place(deal, TIMES, ODD_TIMES),
    }
    more: dict[str, Values] = {
        "anonymousId": place(deal, IDS, ODD_IDS),
        "groupId": place(deal, IDS, ODD_IDS),
        "previousId": place(deal, IDS, ODD_IDS),
        "name": place(deal, TEXTS, ODD_TEXTS),
        "sentAt": place(deal, TIMES, ODD_TIMES),
        "receivedAt": place(deal, TIMES, ODD_TIMES),
        "odd": anything(deal),
        "properties": body(deal, "properties"),
        "traits": body(deal, "traits"),
        "context": body(deal, "context"),
    }
    fields |= {field: values for field, values in more.items() if deal.random() < 0.4}
    if deal.random() < 0.05:
        fields["batch"] = anything(deal)
    if deal.random() < 0.1:
        del fields[deal.choice(sorted(fields))]
    listed = deal.sample(sorted(fields.items()), len(fields))
    if deal.random() < 0.15:
        listed.append((deal.choice(listed)[0], deal.choice(listed)[1]))
    return an_object(deal, listed)


def place(deal: Random, plain: list[str], odd: list[str]) -> Values:
    """Choose what may stand in a place: plain values, now and then an odd one among them, seldom always one."""
    share = deal.choice([0, 0, 0, 0, 0.02, 0.3])
    if deal.random() < 0.03:
        always = deal.choice(odd)
        return lambda _: always
    return lambda deal: deal.choice(odd if deal.random() < share else plain)


def anything(deal: Random) -> Values:
    """Choose what may stand where any value may."""
    kinds = [(TEXTS, ODD_TEXTS), (NUMBERS[:4], ODD_NUMBERS), (NUMBERS, NUMBERS), (OTHERS[:2], OTHERS), (OTHERS, OTHERS)]
    weights = [5, 4, 4, 3, 1]
    return place(deal, *deal.choices(kinds, weights)[0])


def body(deal: Random, field: str) -> Values:
    """Choose the form of properties, traits or a context, with what identity looks for."""
    keys = (
        deal.sample(KEYS[:4], deal.randint(0, 4)) if deal.random() < 0.8 else deal.choices(KEYS, k=deal.randint(0, 4))
    )
    fields = [(key, anything(deal)) for key in keys]
    identifying: dict[str, list[tuple[str, Values]]] = {
        "properties": [],
        "traits": [
            ("email", place(deal, ['"E@x.y"', '"e@x.y"'], ['" e@x.y"', "7", "7.0", '"none"', '"İ@x.y"', "null", "[]"])),
            ("phone", place(deal, ['"1"', '"2"'], ODD_IDS)),
        ],
        "context": [
            ("groupId", place(deal, IDS, ODD_IDS)),
            ("device", place(deal, ['{"type":"ios"}', "7"], ['{"type":"ios","advertisingId":"AB"}'])),
            ("externalIds", place(deal, ["null", "[]"], ['[{"type":"crm","id":"1"}]'])),
        ],
    }
    fields += [each for each in identifying[field] if deal.random() < 0.4]
    write = an_object(deal, deal.sample(fields, len(fields)))
    nothing = deal.choice([0, 0, 0, 0.1])
    return lambda deal: "null" if deal.random() < nothing else write(deal)


def an_object(deal: Random, fields: list[tuple[str, Values]]) -> Values:
    comma, colon = deal.choice(SEPARATORS)
    return lambda deal: "{" + comma.join(f'"{key}"{colon}{values(deal)}' for key, values in fields) + "}"
