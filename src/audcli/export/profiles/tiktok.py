"""TikTok, customer files: hashes under headers that say so; phones as digits with their country code.

Its page once showed phones with a `+`, while the hash published there is of the digits alone.
"""

from audcli.export.profiles.profile import Column, Profile, Vector
from audcli.export.rules import EMAIL, LOWER_CASE, PHONE_DIGITS

_DEVICE_ID = Column("MAID_SHA256", LOWER_CASE, plain_header="MAID")

TIKTOK_2026_07 = Profile(
    platform="tiktok",
    date="2026-07",
    source="https://ads.tiktok.com/help/article/list-of-supported-ids-and-formats-for-a-customer-file",
    columns={
        "email": Column("Email_SHA256", EMAIL, plain_header="Email"),
        "phone": Column("Phone_SHA256", PHONE_DIGITS, plain_header="Phone"),
        "android.idfa": _DEVICE_ID,
        "ios.idfa": _DEVICE_ID,
    },
    vectors=(
        Vector(
            "email", "janedoe@gmail.com", "janedoe@gmail.com",
            "d6117306485ed0e50afab3ac871e98f81699151f30281527d63ff5f233656c69",
        ),
        Vector(
            "phone", "(657)777-0000", "16577770000",
            "8d7bdaaf75196f351d22942fc0dd79304ffabc3eaf3339460ef9da0773e3aec2", region="US",
        ),
        Vector(
            "phone", "+374-93-828222", "37493828222",
            "65b7e6dcf6f4310f8d7cbfbd78289a753062fb054d6664fb9aaac5df66a422d4",
        ),
        Vector(
            "android.idfa", "5F3A2B18-9C4D-4E7F-B8E2-17D3A1E69B25", "5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69b25",
            "83dc3f5f32b9472613b0f038d36f22585a609d018af6f6067f50da318bf354bd",
        ),
    ),
)  # fmt: skip
