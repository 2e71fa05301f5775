"""The events of a new project: sixty invented people and what they did in the sixty days before an instant.

    {"type": "track", "event": "Order Completed", "userId": "u_012", "timestamp": "2026-06-30T17:04:11.000Z",
     "properties": {"revenue": 129.0, "products": [{"sku": "LAMP-2", …}], …}, "messageId": "…"}

Made from one seed: apart from the instant, every project's events are the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

Call = dict[str, Any]
Moment = tuple[int, Call]
"""How many seconds before the end a call was made, and the call."""

DAY = 86_400

FIRST_NAMES = (
    "Ada", "Bela", "Chloé", "Dara", "Emeka", "Farid", "Greta", "Hugo", "Inês", "Jürgen", "Kofi", "Lena",
    "Mira", "Nils", "Oona", "Priya", "Quentin", "Rosa", "Sana", "Tariq",
)  # fmt: skip
LAST_NAMES = ("Ashbottom", "Copperfeather", "Duskhollow", "Glimwick", "Kettlebrook", "Thistleshaw")

# sku, category, price
PRODUCTS = (
    ("DESK-1", "desks", 349.0),
    ("DESK-2", "desks", 529.0),
    ("CHAIR-1", "chairs", 189.0),
    ("CHAIR-2", "chairs", 259.0),
    ("LAMP-1", "lamps", 49.9),
    ("LAMP-2", "lamps", 129.0),
    ("MAT-1", "accessories", 24.5),
    ("MUG-1", "accessories", 9.9),
)


@dataclass(frozen=True, slots=True)
class Habit:
    """How often people of a kind come by, in which days before the end, how likely they buy their cart."""

    people: int
    visits: tuple[int, int]
    days_ago: tuple[int, int]
    buys: float


HABITS = (
    Habit(people=12, visits=(6, 9), days_ago=(0, 55), buys=0.6),
    Habit(people=24, visits=(2, 5), days_ago=(0, 50), buys=0.4),
    Habit(people=14, visits=(2, 4), days_ago=(32, 58), buys=0.8),
    Habit(people=10, visits=(1, 2), days_ago=(0, 12), buys=0.0),
)


def sample_calls(now: datetime) -> list[Call]:
    """Give the calls in order of time; the last one was made at `now`, cut to the millisecond."""
    end = (now if now.tzinfo else now.replace(tzinfo=UTC)).astimezone(UTC)
    moments = sorted(_all_moments(Random("audcli init")), key=lambda moment: -moment[0])
    latest = moments[-1][0]
    return [
        call
        | {
            "timestamp": _iso(end - timedelta(seconds=seconds - latest)),
            "messageId": f"sample-{end:%Y%m%d%H%M%S}-{number:04}",
        }
        for number, (seconds, call) in enumerate(moments, start=1)
    ]


def _all_moments(rng: Random) -> Iterator[Moment]:
    number = 0
    for habit in HABITS:
        for _ in range(habit.people):
            number += 1
            yield from _one_person(number, habit, rng)


def _one_person(number: int, habit: Habit, rng: Random) -> Iterator[Moment]:
    """A person looks around unknown, signs up, and comes back for more visits and letters."""
    first, last = habit.days_ago[1] * DAY, habit.days_ago[0] * DAY
    visits = sorted((rng.randrange(last, first) for _ in range(rng.randint(*habit.visits))), reverse=True)
    user_id, anonymous_id = f"u_{number:03}", f"{rng.getrandbits(64):016x}"
    visitor, ids = {"anonymousId": anonymous_id}, {"userId": user_id, "anonymousId": anonymous_id}
    joined = visits[0] + rng.randrange(600, 2 * DAY)
    yield joined + 400, _page(visitor, "Home")
    yield joined + 300, _page(visitor, rng.choice(("Pricing", "Blog")))
    yield joined, _track(ids, "Signed Up", {"method": rng.choice(("email", "sso"))})
    traits = _traits(number, rng)
    yield joined - 2, {"type": "identify", **ids, "traits": traits}
    for seconds in visits:
        yield from _visit(ids, seconds, habit, rng)
        if traits.get("newsletter") and rng.random() < 0.5:
            opened = {"campaign": rng.choice(("weekly", "sale"))}
            yield max(last, seconds - 7200), _track({"userId": user_id}, "Email Opened", opened)


def _traits(number: int, rng: Random) -> Call:
    first_name, last_name = FIRST_NAMES[number % len(FIRST_NAMES)], LAST_NAMES[number % len(LAST_NAMES)]
    plan, newsletter = rng.choice(("free", "free", "pro", "business")), rng.random() < 0.6
    traits = {
        "email": f"user{number:02}@example.com",
        "first_name": first_name,
        "last_name": last_name,
        "plan": plan,
        "newsletter": newsletter,
        "address": {"city": rng.choice(("Leeds", "Berlin", "Boston"))},
    }
    return traits | ({"phone": f"+1 212 555 01{number:02}"} if rng.random() < 0.4 else {})


def _visit(ids: Call, seconds: int, habit: Habit, rng: Random) -> Iterator[Moment]:
    """A person logs in, looks at things, puts one into the cart perhaps, and perhaps buys it."""
    yield seconds, _track(ids, "Logged In", {"method": "password"})
    seconds -= 20
    for sku, category, price in rng.sample(PRODUCTS, rng.choice((0, 1, 1, 2))):
        seconds -= rng.randrange(10, 90)
        yield seconds, _track(ids, "Product Viewed", {"sku": sku, "category": category, "price": price})
    if rng.random() < 0.4:
        sku, category, price = rng.choice(PRODUCTS)
        quantity = rng.choice((1, 1, 2))
        product = {"sku": sku, "category": category, "price": price, "quantity": quantity}
        yield seconds - 15, _track(ids, "Product Added", product)
        if rng.random() < habit.buys:
            order_id = f"SO-{rng.getrandbits(24):06x}"
            order = {"order_id": order_id, "revenue": price * quantity, "products": [product]}
            yield seconds - 120, _track(ids, "Order Completed", order)


def _track(ids: Call, event: str, properties: Call) -> Call:
    return {"type": "track", "event": event, **ids, "properties": properties}


def _page(ids: Call, name: str) -> Call:
    url = f"https://shop.example/{name.lower()}"
    return {"type": "page", "name": name, **ids, "context": {"page": {"url": url}}}


def _iso(instant: datetime) -> str:
    return instant.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
