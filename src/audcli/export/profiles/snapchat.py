"""Snapchat, customer lists: one id type a file, everything in lower case and hashed, phones as digits."""

from audcli.export.profiles.profile import Column, Profile, Vector
from audcli.export.rules import EMAIL, LOWER_CASE, PHONE_DIGITS

SNAPCHAT_2026_07 = Profile(
    platform="snapchat",
    date="2026-07",
    source="https://businesshelp.snapchat.com/s/article/audience-snap-ad-custom",
    columns={
        "email": Column("email", EMAIL),
        "phone": Column("phone", PHONE_DIGITS),
        "android.idfa": Column("android.idfa", LOWER_CASE),
        "ios.idfa": Column("ios.idfa", LOWER_CASE),
    },
    vectors=(
        Vector(
            "email", "TEST@gmail.com ", "test@gmail.com",
            "87924606b4131a8aceeeae8868531fbb9712aaa07a5d3a756b26ce0f5d6ca674",
        ),
        Vector(
            "email", "Person@Example.com", "person@example.com",
            "542d240129883c019e106e3b1b2d3f3cb3537c43c425364de8e951d5a3083345",
        ),
        Vector(
            "phone", "+44 844 412 4653", "448444124653",
            "dc008fda46e2e64002cf2f82a4906236282d431c4f75e5b60bfe79fc48546383",
        ),
        Vector(
            "phone", "001 657 777 0000", "16577770000",
            "8d7bdaaf75196f351d22942fc0dd79304ffabc3eaf3339460ef9da0773e3aec2", region="DE",
        ),
        Vector("phone", "030 901820", "4930901820", region="DE"),
        Vector("ios.idfa", "AECE52E7-03EE-455A-B3C4-E57283966239", "aece52e7-03ee-455a-b3c4-e57283966239"),
    ),
)  # fmt: skip
