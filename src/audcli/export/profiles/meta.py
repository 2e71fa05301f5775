"""Meta, customer lists: addresses in lower case, phones as digits with their country code, device ids as they are."""

from audcli.export.profiles.profile import Column, Profile, Vector
from audcli.export.rules import EMAIL, PHONE_DIGITS, PLAIN

_DEVICE_ID = Column("madid", PLAIN)

META_2026_07 = Profile(
    platform="meta",
    date="2026-07",
    source="https://www.facebook.com/business/help/2082575038703844",
    columns={
        "email": Column("email", EMAIL),
        "phone": Column("phone", PHONE_DIGITS),
        "android.idfa": _DEVICE_ID,
        "ios.idfa": _DEVICE_ID,
    },
    vectors=(
        Vector("email", " Your.Name@Gmail.com ", "your.name@gmail.com"),
        Vector(
            "email", "Test@Gmail.com", "test@gmail.com",
            "87924606b4131a8aceeeae8868531fbb9712aaa07a5d3a756b26ce0f5d6ca674",
        ),
        Vector(
            "email", "John_Smith@gmail.com", "john_smith@gmail.com",
            "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f",
        ),
        Vector(
            "phone", "(650)555-1212", "16505551212",
            "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176", region="US",
        ),
        Vector(
            "phone", "+1 (657) 777-0000", "16577770000",
            "8d7bdaaf75196f351d22942fc0dd79304ffabc3eaf3339460ef9da0773e3aec2",
        ),
        Vector("phone", "+44 844 412 4653", "448444124653"),
        Vector("phone", "0844 412 4653", "448444124653", region="GB"),
        Vector("ios.idfa", " AECE52E7-03EE-455A-B3C4-E57283966239", "AECE52E7-03EE-455A-B3C4-E57283966239"),
    ),
)  # fmt: skip
