"""The cast of the sample data: companies and people that nobody will ever meet, made from one seed.

    Person(first_name="Zoë", last_name="Copperfeather", email="zoe.copperfeather@dune.example", …)

Domains are reserved ones (`*.example`, `example.com`), telephone numbers come from ranges kept for fiction.
"""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product
from random import Random

START = datetime(2026, 3, 3)
END = datetime(2026, 6, 30, 23, 59, 59)
SEED = "audcli sample"

HEADCOUNT = {"power": 42, "regular": 188, "occasional": 95, "lapsed": 62, "trial": 68, "shopper": 45}
"""How people behave, and how many of them: the story of each is told in `story.py`."""

NOUNS = (
    "acme", "borealis", "cobble", "dune", "ember", "fathom", "gantry", "halcyon", "isthmus", "jetty",
    "kestrel", "lantern", "mangrove", "nimbus", "orchard", "pennant", "quarry", "rampart", "saffron",
    "tundra", "umbra", "velvet", "whistle", "xylem", "yonder", "zephyr", "anvil", "bramble", "cinder",
    "driftwood", "eiderdown", "foxglove", "granite", "hollow", "inkwell", "juniper", "kindling",
    "limestone", "marigold", "nettle",
)  # fmt: skip
GONE_QUIET = {"acc_004": date(2026, 5, 30), "acc_009": date(2026, 5, 30)}
"""Companies that pay and have lost interest: from that day on nobody works in the app for them."""
INDUSTRIES = ("software", "logistics", "retail", "manufacturing", "health", "education", "construction")
FIRST_NAMES = (
    "Ada", "André", "Bela", "Chloé", "Dara", "Emeka", "Farid", "Greta", "Hugo", "Inês", "Jürgen", "Kofi",
    "Lena", "Mira", "Nils", "Oona", "Priya", "Quentin", "Rosa", "Sana", "Tariq", "Uma", "Viktor", "Wanda",
    "Yuki", "Zoë",
)  # fmt: skip
LAST_NAME_PARTS = (
    ("Ash", "Bramble", "Copper", "Dusk", "Fern", "Glim", "Hazel", "Kettle", "Marrow", "Pebble", "Thistle"),
    ("bottom", "brook", "croft", "dale", "feather", "hollow", "mere", "shaw", "wick", "wright"),
)
LEADERS = (
    "Chief Operating Officer", "Chief Technology Officer", "Chief Marketing Officer", "chief of staff",
    "VP Sales", "VP Engineering", "Head of Growth", "Head of Procurement",
)  # fmt: skip
TITLES = (
    "Product Manager", "Office Manager", "Software Engineer", "Designer", "Data Analyst", "Project Manager",
    "Account Executive", "Support Specialist", "Warehouse Lead",
)  # fmt: skip
PLACES = {
    "US": ("Denver", "Boston", "Austin", "Seattle"),
    "GB": ("Leeds", "Bristol", "London", "Cardiff"),
    "DE": ("Berlin", "Köln", "München", "Leipzig"),
}
US_AREAS = ("212", "303", "415", "512", "617")
PHONE_FORMS = {  # from the ranges that the regulators keep for films and books
    "US": ("+1 {0} 555 01{1:02}", "({0}) 555-01{1:02}", "{0}-555-01{1:02}", "+1{0}55501{1:02}"),
    "GB": ("07700 900{1:03}", "+44 7700 900{1:03}", "(07700) 900{1:03}", "00447700900{1:03}"),
    "DE": ("030 23125 {1:03}", "+49 30 23125 {1:03}", "030/23125-{1:03}", "00493023125{1:03}"),
}
PRIVATE_DOMAINS = ("example.com", "example.org", "example.net")
TAGS = ("beta", "vip", "webinar-2026", "partner", "reseller", "press")


@dataclass(frozen=True, slots=True)
class Account:
    """A company; `plan` is `trial` while it has not chosen one, `quiet_since` the day in `GONE_QUIET`, if any."""

    group_id: str
    name: str
    domain: str
    industry: str
    plan: str
    seats: int
    mrr: int
    country: str
    trial_ends: date | None
    quiet_since: date | None


@dataclass(frozen=True, slots=True)
class Person:
    """A user; `joined` lies before the first call of the sample for those who were customers already.

    `browsers` are the anonymous ids of the computers they use, `phone_app` that of their telephone if
    they use the app, and `device` is its type and advertising id.
    """

    user_id: str
    habit: str
    joined: datetime
    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    title: str | None
    role: str
    newsletter: bool | str | None
    birthday: date | None
    tags: tuple[str, ...]
    country: str
    city: str
    accounts: tuple[Account, ...]
    browsers: tuple[str, ...]
    phone_app: str | None
    device: tuple[str, str | None] | None


def make_accounts() -> list[Account]:
    """Make the forty companies; the last ten are on trial."""
    rng = Random(f"{SEED}/accounts")
    accounts = []
    for number, noun in enumerate(NOUNS, start=1):
        plan = "trial" if number > 30 else rng.choice(("free", "pro", "pro", "business", "business"))
        seats = rng.choice((3, 5, 10, 25, 50, 120))
        price = {"trial": 0, "free": 0, "pro": 18, "business": 32}[plan]
        ends = END.date() - timedelta(days=rng.randrange(-14, 30)) if plan == "trial" else None
        accounts.append(
            Account(
                group_id=f"acc_{number:03}",
                name=f"{noun.title()} {rng.choice(('Works', 'Labs', 'Supply', 'Partners', 'GmbH', 'Ltd'))}",
                domain=f"{noun}.example",
                industry=rng.choice(INDUSTRIES),
                plan=plan,
                seats=seats,
                mrr=price * seats,
                country=rng.choice(("US", "US", "GB", "DE")),
                trial_ends=ends,
                quiet_since=GONE_QUIET.get(f"acc_{number:03}"),
            )
        )
    return accounts


def make_people(accounts: list[Account]) -> list[Person]:
    """Make the five hundred users, some of whom share a computer with the one before them."""
    rng = Random(f"{SEED}/people")
    names = [(f, a + b) for f, a, b in product(FIRST_NAMES, *LAST_NAME_PARTS)]
    rng.shuffle(names)
    phones = {country: _phones(country, rng) for country in PLACES}
    habits = [habit for habit, count in HEADCOUNT.items() for _ in range(count)]
    rng.shuffle(habits)
    people: list[Person] = []
    for number, (habit, (first_name, last_name)) in enumerate(zip(habits, names, strict=False), start=1):
        member_of = _employers(habit, accounts, rng)
        country = member_of[0].country if member_of else rng.choice(list(PLACES))
        domain = member_of[0].domain if member_of else rng.choice(PRIVATE_DOMAINS)
        device = _device(rng) if rng.random() < 0.3 else None
        people.append(
            Person(
                # people of an older system have numbers for ids
                user_id=str(10400 + number) if number % 20 == 0 else f"u_{number:04}",
                habit=habit,
                joined=_joined(habit, rng),
                first_name=first_name,
                last_name=last_name,
                email=_email(first_name, last_name, domain, rng) if rng.random() < 0.93 else None,
                phone=next(phones[country]) if rng.random() < 0.45 else None,
                title=_title(rng) if member_of and rng.random() < 0.85 else None,
                role=rng.choices(("owner", "admin", "member", "viewer"), (1, 3, 12, 4))[0],
                newsletter=rng.choices((True, False, "true", "False", None), (40, 35, 5, 4, 16))[0],
                birthday=date(1958 + rng.randrange(46), 1 + rng.randrange(12), 1 + rng.randrange(28))
                if rng.random() < 0.4
                else None,
                tags=tuple(sorted(rng.sample(TAGS, rng.choice((0, 0, 0, 1, 1, 2, 3))))),
                country=country,
                city=rng.choice(PLACES[country]),
                accounts=member_of,
                browsers=_browsers(number, people, member_of, rng),
                phone_app=f"app-{rng.getrandbits(48):012x}" if device else None,
                device=device,
            )
        )
    return people


def _employers(habit: str, accounts: list[Account], rng: Random) -> tuple[Account, ...]:
    """Choose whom a person works for: shoppers nobody, one in twenty works for two companies."""
    if habit == "shopper":
        return ()
    if habit == "trial":
        return (rng.choice(accounts[30:]),)
    customers = accounts[:30]
    return tuple(rng.sample(customers, 2)) if rng.random() < 0.05 else (rng.choice(customers),)


def _title(rng: Random) -> str:
    return rng.choice(LEADERS if rng.random() < 0.2 else TITLES)


def _joined(habit: str, rng: Random) -> datetime:
    days = (END - START).days
    if habit == "trial":
        day = rng.randrange(days - 55, days - 2)
    elif rng.random() < 0.55:
        day = -rng.randrange(20, 900)
    else:
        day = rng.randrange(1, 30 if habit == "lapsed" else days - 10)
    return START + timedelta(days=day, hours=8, milliseconds=rng.randrange(12 * 3_600_000))


def _email(first_name: str, last_name: str, domain: str, rng: Random) -> str:
    """Write an address the way forms receive it: one in eight in capitals or with blanks around."""
    local = f"{first_name}.{last_name}"
    ascii_local = unicodedata.normalize("NFKD", local).encode("ascii", "ignore").decode()
    email = f"{ascii_local}@{domain}".lower()
    return rng.choices((email, email.upper(), email.title(), f" {email} "), (28, 1, 2, 1))[0]


def _phones(country: str, rng: Random) -> Iterator[str]:
    """Give telephone numbers of a country that belong to nobody, each once, in the forms people write."""
    forms = PHONE_FORMS[country]
    areas, last = (US_AREAS, 100) if country == "US" else (("",), 1000)
    numbers = list(product(areas, range(last)))
    rng.shuffle(numbers)
    for area, number in numbers:
        yield rng.choice(forms).format(area, number)


def _browsers(number: int, people: list[Person], member_of: tuple[Account, ...], rng: Random) -> tuple[str, ...]:
    """Give the anonymous ids of a person's one or two computers; one in thirty uses that of a colleague."""
    own = tuple(f"{rng.getrandbits(64):016x}" for _ in range(rng.choice((1, 1, 1, 2))))
    colleagues = [person for person in people if member_of and person.accounts[:1] == member_of[:1]]
    return colleagues[-1].browsers[:1] if number % 30 == 0 and colleagues else own


def _device(rng: Random) -> tuple[str, str | None]:
    """Give a telephone's type and advertising id: one in five has none, one in ten shows zeros."""
    kind = rng.choice(("ios", "android"))
    some_id, zeros = str(uuid.UUID(int=rng.getrandbits(128), version=4)), str(uuid.UUID(int=0))
    return kind, rng.choices((some_id, zeros, None), (7, 1, 2))[0]
