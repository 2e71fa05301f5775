"""Google Ads, Customer Match: Gmail addresses without dots and suffix, phones in E.164, device ids as they are.

Ada.L+shop@GMail.com  ->  adal@gmail.com        a. da@x.com  ->  a.da@x.com
"""

from audcli.export.profiles.profile import Column, Profile, Vector
from audcli.export.rules import PHONE, PLAIN, Rule, if_email, without_white_space

_ADDRESS = without_white_space("lower(text)")
_LOCAL_PART = f"split_part({_ADDRESS}, '@', 1)"
_DOMAIN = f"split_part({_ADDRESS}, '@', 2)"
_PLAIN_GMAIL = f"replace(split_part({_LOCAL_PART}, '+', 1), '.', '') || '@' || {_DOMAIN}"
_EMAIL = f"""case
    when {if_email(_ADDRESS)} is null then null
    when {_DOMAIN} in ('gmail.com', 'googlemail.com') then {if_email(f"({_PLAIN_GMAIL})")}
    else {_ADDRESS} end"""
_DEVICE_ID = Column("Mobile Device ID", PLAIN)

GOOGLE_2026_07 = Profile(
    platform="google",
    date="2026-07",
    source="https://support.google.com/google-ads/answer/7659867",
    columns={
        "email": Column("Email", Rule(_EMAIL, may_be_hash=True)),
        "phone": Column("Phone", PHONE),
        "android.idfa": _DEVICE_ID,
        "ios.idfa": _DEVICE_ID,
    },
    vectors=(
        Vector(
            "email", "test@gmail.com", "test@gmail.com",
            "87924606b4131a8aceeeae8868531fbb9712aaa07a5d3a756b26ce0f5d6ca674",
        ),
        Vector("email", " Jane.Doe+Shop@Gmail.com ", "janedoe@gmail.com"),
        Vector("email", "j.d+x@googlemail.com", "jd@googlemail.com"),
        Vector("email", "Jane . Doe+Shop@Example.com", "jane.doe+shop@example.com"),
        Vector("email", "+shop@gmail.com", None),
        Vector("email", "jane@gmail.com@example.com", None),
        Vector(
            "phone", "(657) 777-0000", "+16577770000",
            "a6e82c2f4091baff57a4f33d01efb65bfbeacbbfbcfaa9d0ff9f57d28d78fedb", region="US",
        ),
        Vector("phone", "1-800-888-8888", "+18008888888", region="US"),
        Vector("phone", "12345", None),
        Vector("ios.idfa", " AEBE52E7-03EE-455A-B3C4-E57283966239 ", "AEBE52E7-03EE-455A-B3C4-E57283966239"),
    ),
)  # fmt: skip
