"""X, list custom audiences: hashed without salt in lower-case hex; phones as digits, device ids with their dashes."""

from audcli.export.profiles.profile import Column, Profile, Vector
from audcli.export.rules import EMAIL, PHONE_DIGITS, Rule

_WITH_DASHES = r"'^(.{8})(.{4})(.{4})(.{4})(.{12})$', '\1-\2-\3-\4-\5'"
_DEVICE_ID = Rule(f"""case
    when regexp_full_match(lower(text), '[0-9a-f]{{32}}') then regexp_replace(lower(text), {_WITH_DASHES})
    else lower(text) end""")

X_2026_07 = Profile(
    platform="x",
    date="2026-07",
    source="https://developer.x.com/en/docs/x-ads-api/audiences/overview/user-data",
    columns={
        "email": Column("email", EMAIL),
        "phone": Column("phone", PHONE_DIGITS),
        "android.idfa": Column("android.idfa", _DEVICE_ID),
        "ios.idfa": Column("ios.idfa", _DEVICE_ID),
    },
    vectors=(
        Vector("email", " Support@Twitter.com ", "support@twitter.com"),
        Vector(
            "phone", "+1 657 777 0000", "16577770000",
            "8d7bdaaf75196f351d22942fc0dd79304ffabc3eaf3339460ef9da0773e3aec2",
        ),
        Vector("ios.idfa", "4B61639E-47CC-4056-A16A-C8217E029462", "4b61639e-47cc-4056-a16a-c8217e029462"),
        Vector("ios.idfa", "4b61639e47cc4056a16ac8217e029462", "4b61639e-47cc-4056-a16a-c8217e029462"),
    ),
)  # fmt: skip
