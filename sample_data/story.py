"""What the people of the sample data do: each person's calls over 120 days, in no particular order.

    {"type": "track", "event": "Feature Used", "userId": "u_0007", "anonymousId": "5f…", "time": datetime(…),
     "properties": {"feature": "automation"}, "context": {"groupId": "acc_004", "page": {…}}}

`time` is a `datetime` here; how it is written, and what goes wrong on the way, is decided in `generate.py`. Calls with
`left_out` are never made: they are told all the same, and drop out at the end, so that all others stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from cast import END, SEED, START, Account, Person

Call = dict[str, Any]

SITE = "https://www.larkfield.example"
APP = "https://app.larkfield.example"
FEATURES = ("board", "timeline", "automation", "time_tracking", "report", "api", "import", "comment")
APP_PAGES = ("Dashboard", "Projects", "Reports", "Settings", "Team")
SCREENS = ("Inbox", "Today", "Project", "Scan")
CAMPAIGNS = ("spring_launch", "webinar", "monthly_digest", "new_features", "summer_sale")
REFERRERS = ("https://search.example/", "https://news.example/tools", "https://social.example/77", None, None)
REASONS = ("too_expensive", "missing_feature", "switched_tool", "out_of_business")


@dataclass(frozen=True, slots=True)
class Habit:
    """How often a person does things: chances per working day (app) or day (shop, mail), features a visit."""

    app: float
    features: tuple[int, int]
    shop: float
    mail: float
    days: int | None = None
    """How many days after the first one the person loses interest; None for never."""


HABITS = {
    "power": Habit(app=0.42, features=(1, 4), shop=0.015, mail=0.05),
    "regular": Habit(app=0.105, features=(1, 3), shop=0.012, mail=0.03),
    "occasional": Habit(app=0.05, features=(0, 2), shop=0.008, mail=0.02),
    "lapsed": Habit(app=0.22, features=(1, 2), shop=0.008, mail=0.02, days=75),
    "trial": Habit(app=0.25, features=(0, 2), shop=0.002, mail=0.05, days=30),
    "shopper": Habit(app=0.0, features=(0, 0), shop=0.055, mail=0.05),
}

# sku, category, name, price in cents
PRODUCTS = (
    ("LIC-PRO-12", "licences", "Pro, 12 months", 19900),
    ("LIC-BIZ-12", "licences", "Business, 12 months", 34900),
    ("TRN-START", "training", "Getting started, half a day", 14900),
    ("TRN-ADMIN", "training", "Administrator course", 49900),
    ("HW-SCAN-1", "hardware", "Handheld scanner", 12950),
    ("HW-SCAN-2", "hardware", "Handheld scanner, rugged", 27450),
    ("HW-DOCK", "hardware", "Docking station", 8990),
    ("HW-TABLET", "hardware", "Wall tablet", 38900),
    ("ST-BOARD", "stationery", "Whiteboard", 5990),
    ("ST-NOTES", "stationery", "Sticky notes, 12 pads", 1290),
    ("ST-PENS", "stationery", "Marker set", 890),
    ("MR-MUG", "merchandise", "Mug", 1150),
)


def calls_of(person: Person) -> Iterator[Call]:
    """Tell one person's story: visits before signing up, the sign-up, days of work, shopping and mail."""
    rng = Random(f"{SEED}/{person.user_id}")
    habit = HABITS[person.habit]
    if person.joined >= START:
        yield from _before_sign_up(person, rng)
        yield from _sign_up(person, rng)
    else:
        yield from _known_again(person, START + timedelta(hours=rng.randrange(7, 60)), rng)
    first = max(person.joined, START)
    last = END if habit.days is None else min(END, first + timedelta(days=habit.days + rng.randrange(20)))
    never_logs_in = person.habit == "trial" and rng.random() < 0.35
    for day in range((last - first).days):
        morning = (first + timedelta(days=day + 1)).replace(hour=0, minute=0, second=0, microsecond=0)
        working_day = morning.weekday() < 5
        if rng.random() < habit.mail:
            yield from _mail(person, _within_day(morning, rng), rng)
        if working_day and not never_logs_in and rng.random() < habit.app:
            yield from _work(person, _within_day(morning, rng), habit, rng)
        if rng.random() < habit.shop:
            yield from _shop(person, _within_day(morning, rng), rng)
    yield from _end_of_subscription(person, last, rng)


def visitor_calls(count: int) -> Iterator[Call]:
    """Give the visits of people who never say who they are."""
    rng = Random(f"{SEED}/visitors")
    for number in range(count):
        anonymous_id = f"{rng.getrandbits(64):016x}"
        at = START + (END - START) * (number / (count - 1))
        yield from _visit({"anonymousId": anonymous_id}, at, rng)


def account_calls(accounts: list[Account]) -> Iterator[Call]:
    """Give the monthly update of every company's traits by the billing system, which names no user."""
    rng = Random(f"{SEED}/billing")
    for month in (4, 5, 6):
        for account in accounts:
            traits: dict[str, Any] = {"mrr": account.mrr, "seats": account.seats, "plan": account.plan}
            if rng.random() < 0.2:  # the older half of billing sends text
                traits |= {"mrr": f"{account.mrr:.2f}", "seats": str(account.seats)}
            if account.plan != "trial":
                traits["trial_ends_at"] = None
            at = datetime(2026, month, 1, 3, 0) + timedelta(seconds=rng.randrange(900))
            group = {"type": "group", "groupId": account.group_id, "traits": traits}
            yield group | {"time": at, "context": _server()}


def _before_sign_up(person: Person, rng: Random) -> Iterator[Call]:
    for _ in range(rng.choice((1, 1, 2, 3))):
        at = person.joined - timedelta(minutes=rng.randrange(30, 9000))
        if at >= START:
            yield from _visit({"anonymousId": rng.choice(person.browsers)}, at, rng)


def _visit(ids: dict[str, str], at: datetime, rng: Random) -> Iterator[Call]:
    """A visitor reads some public pages, and perhaps looks into the shop."""
    referrer = rng.choice(REFERRERS)
    names = rng.sample(("Features", "Pricing", "Blog", "Docs", "Customers"), rng.choice((0, 1, 1, 2, 3)))
    for name in ["Home", *names]:
        yield _page(ids, at, name, SITE, referrer=referrer)
        referrer, at = None, at + _seconds(rng, 15, 200)
    if rng.random() < 0.25:
        yield _track(ids, at, "Product Viewed", _product(rng.choice(PRODUCTS)), _web("/shop", SITE))


def _sign_up(person: Person, rng: Random) -> Iterator[Call]:
    ids = _ids(person, person.browsers[0])
    at = person.joined
    if person.phone_app and rng.random() < 0.3:  # the older app sends an alias first
        yield {"type": "alias", "previousId": person.phone_app, "userId": person.user_id, "time": at}
        at += _seconds(rng, 1, 3)
    yield _track(ids, at, "Signed Up", {"method": rng.choice(("email", "sso"))}, _web("/sign-up", SITE))
    yield from _known_again(person, at + _seconds(rng, 1, 5), rng)
    if person.habit == "trial":
        plan = rng.choice(("pro", "business"))
        trial = {"plan": plan, "days": 14}
        yield _track(ids, at + _seconds(rng, 20, 90), "Trial Started", trial, _web("/", APP))


def _known_again(person: Person, at: datetime, rng: Random) -> Iterator[Call]:
    """The person is identified, and named as a user of each of their companies."""
    ids = _ids(person, person.browsers[0])
    context = _web("/", APP) | {"locale": {"US": "en-US", "GB": "en-GB", "DE": "de-DE"}[person.country]}
    if rng.random() < 0.2:
        number = int(person.user_id.removeprefix("u_"))
        context["externalIds"] = [
            {"type": "crm_id", "id": f"CRM-{number:05}", "collection": "users", "encoding": "none"}
        ]
    yield {"type": "identify", **ids, "traits": _traits(person), "time": at, "context": context}
    for account in person.accounts:
        at += _seconds(rng, 1, 3)
        traits = {"name": account.name, "plan": account.plan, "industry": account.industry}
        if account.trial_ends:
            traits["trial_ends_at"] = account.trial_ends.isoformat()
        group = {"type": "group", **ids, "groupId": account.group_id, "traits": traits, "time": at}
        yield group | ({"context": {"traits": {"role": person.role}}} if rng.random() < 0.3 else {})


def _traits(person: Person) -> dict[str, Any]:
    traits = {
        "email": person.email,
        "phone": person.phone,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "title": person.title,
        "plan": person.accounts[0].plan if person.accounts else None,
        "role": person.role if person.accounts else None,
        "newsletter": person.newsletter,
        "birthday": person.birthday.isoformat() if person.birthday else None,
        "tags": list(person.tags) or None,
        "address": {"city": person.city, "country": person.country},
        "created_at": person.joined.isoformat(timespec="milliseconds") + "Z",
    }
    return {name: value for name, value in traits.items() if value is not None}


def _work(person: Person, at: datetime, habit: Habit, rng: Random) -> Iterator[Call]:
    """A visit to the app for one of the person's companies, left out once that company has gone quiet."""
    on_phone = person.phone_app is not None and rng.random() < 0.35
    account = rng.choice(person.accounts)
    gone_quiet = account.quiet_since is not None and at.date() >= account.quiet_since
    for call in _in_the_app(person, account, on_phone, at, habit, rng):
        yield call | {"left_out": True} if gone_quiet else call


def _in_the_app(
    person: Person, account: Account, on_phone: bool, at: datetime, habit: Habit, rng: Random
) -> Iterator[Call]:
    """What the person does there, in the browser or on the telephone."""
    tagged = {"groupId": account.group_id} if rng.random() < 0.7 else {}
    if on_phone:
        ids, context = _ids(person, person.phone_app), _device(person) | tagged
        if person.user_id.isdigit():
            ids["userId"] = int(person.user_id)
    else:
        ids, context = _ids(person, rng.choice(person.browsers)), _web("/", APP) | tagged
    if rng.random() < 0.5:
        yield _track(ids, at, "Logged In", {"method": rng.choice(("password", "sso"))}, context)
        at += _seconds(rng, 1, 20)
    if on_phone:
        yield {"type": "screen", **ids, "name": rng.choice(SCREENS), "time": at, "context": context}
    else:
        yield _page(ids, at, rng.choice(APP_PAGES), APP, **tagged)
    for _ in range(rng.randint(*habit.features)):
        at += _seconds(rng, 10, 900)
        used: dict[str, Any] = {"feature": rng.choice(FEATURES), "duration_ms": rng.randrange(40, 9000)}
        if on_phone:  # the telephone app sends its numbers as text
            used["duration_ms"] = str(used["duration_ms"])
        yield _track(ids, at, "Feature Used", used, context)
    if rng.random() < 0.04:
        at += _seconds(rng, 10, 300)
        yield _track(ids, at, "Invite Sent", {"invited": f"guest{rng.randrange(900)}@example.com"}, context)


def _shop(person: Person, at: datetime, rng: Random) -> Iterator[Call]:
    """A visit to the shop: some look, some put things into the cart, some of those buy."""
    ids = _ids(person, rng.choice(person.browsers))
    looked_at = rng.sample(PRODUCTS, rng.choice((1, 2, 2, 3)))
    for product in looked_at:
        yield _track(ids, at, "Product Viewed", _product(product), _web(f"/shop/{product[0].lower()}", SITE))
        at += _seconds(rng, 10, 240)
    if rng.random() < 0.35:
        return
    lines = [(product, rng.choice((1, 1, 1, 2, 5))) for product in looked_at[: rng.choice((1, 1, 2))]]
    for product, quantity in lines:
        added = _product(product) | {"quantity": quantity}
        yield _track(ids, at, "Product Added", added, _web("/shop/cart", SITE))
        at += _seconds(rng, 5, 90)
    if rng.random() < 0.4:
        return
    yield _track(ids, at, "Checkout Started", {"items": len(lines)}, _web("/shop/checkout", SITE))
    at += _seconds(rng, 40, 400)
    order_id = f"SO-{rng.getrandbits(32):08x}"
    buyer = {"userId": person.user_id, "anonymousId": "guest"} if rng.random() < 0.1 else ids
    yield _track(buyer, at, "Order Completed", _order(order_id, lines, at, rng), _web("/shop/thanks", SITE))
    if rng.random() < 0.06:
        at += timedelta(days=rng.randrange(2, 12))
        yield _track({"userId": person.user_id}, at, "Order Refunded", {"order_id": order_id}, _server())


def _order(order_id: str, lines: list[tuple[Any, int]], at: datetime, rng: Random) -> dict[str, Any]:
    cents = sum(product[3] * quantity for product, quantity in lines)
    coupon = rng.choice(("SPRING10", "SPRING15")) if at.month in (3, 4, 5) and rng.random() < 0.3 else None
    revenue: float | str = cents / 100
    if rng.random() < 0.1:  # the point of sale in the showroom sends text
        revenue = f"{revenue:.2f}"
    order = {
        "order_id": order_id,
        "revenue": revenue,
        "currency": "EUR",
        "products": [_product(product) | {"quantity": quantity} for product, quantity in lines],
    }
    return order | ({"coupon": coupon} if coupon else {})


def _mail(person: Person, at: datetime, rng: Random) -> Iterator[Call]:
    if person.email is None or person.newsletter in (False, "false"):
        return
    campaign = {"campaign": rng.choice(CAMPAIGNS), "subject": "News from Larkfield"}
    ids = {"userId": person.user_id}
    yield _track(ids, at, "Email Opened", campaign, _server())
    if rng.random() < 0.3:
        yield _track(ids, at + _seconds(rng, 5, 60), "Email Link Clicked", campaign, _server())
        page_at = at + _seconds(rng, 62, 70)
        yield _page(_ids(person, person.browsers[0]), page_at, rng.choice(("Blog", "Pricing", "Shop")), SITE)
    if rng.random() < 0.03:
        yield _track(ids, at + _seconds(rng, 80, 90), "Unsubscribed", {"list": "newsletter"}, _server())


def _end_of_subscription(person: Person, last: datetime, rng: Random) -> Iterator[Call]:
    """Some of those who lost interest cancel; some of those on trial subscribe."""
    ids = {"userId": person.user_id}
    at = last + timedelta(days=1, seconds=rng.randrange(86400))
    if person.habit == "lapsed" and rng.random() < 0.7:
        yield _track(ids, at, "Subscription Cancelled", {"reason": rng.choice(REASONS)}, _server())
        lapsed = {"plan": "free"} | ({"title": None} if rng.random() < 0.1 else {})
        yield {"type": "identify", **ids, "traits": lapsed, "time": at + _seconds(rng, 1, 9)}
    if person.habit == "trial" and rng.random() < 0.3:
        plan = {"plan": rng.choice(("pro", "business"))}
        started = person.joined + timedelta(days=rng.randrange(5, 15))
        yield _track(ids, started, "Subscription Started", plan, _server())
        yield {"type": "identify", **ids, "traits": plan, "time": started + _seconds(rng, 1, 9)}


def _track(ids: Call, at: datetime, event: str, properties: Call, context: Call) -> Call:
    return {"type": "track", "event": event, **ids, "time": at, "properties": properties, "context": context}


def _page(ids: Call, at: datetime, name: str, site: str, *, referrer: str | None = None, **context: str) -> Call:
    path = f"/{name.lower()}"
    properties = {"path": path} | ({"referrer": referrer} if referrer else {})
    return {"type": "page", "name": name, **ids, "time": at, "properties": properties,
            "context": _web(path, site) | context}  # fmt: skip


def _ids(person: Person, anonymous_id: str | None) -> Call:
    return {"userId": person.user_id, "anonymousId": anonymous_id}


def _web(path: str, site: str) -> Call:
    return {"page": {"url": site + path, "path": path}}


def _server() -> Call:
    return {"library": {"name": "larkfield-server", "version": "3.2.0"}}


def _device(person: Person) -> Call:
    kind, advertising_id = person.device or ("android", None)
    device = {"type": kind} | ({"advertisingId": advertising_id} if advertising_id else {})
    return {"device": device, "app": {"name": "Larkfield", "version": "5.1"}}


def _product(product: tuple[str, str, str, int]) -> Call:
    sku, category, name, cents = product
    return {"sku": sku, "category": category, "name": name, "price": cents / 100}


def _seconds(rng: Random, least: int, most: int) -> timedelta:
    return timedelta(milliseconds=rng.randrange(least * 1000, most * 1000))


def _within_day(morning: datetime, rng: Random) -> datetime:
    return morning + timedelta(hours=7) + _seconds(rng, 0, 13 * 3600)
