"""Pinterest, customer lists: one id type a file, in lower case and hashed; no phones."""

from audcli.export.profiles.profile import Column, Profile, Vector
from audcli.export.rules import EMAIL, LOWER_CASE

PINTEREST_2026_07 = Profile(
    platform="pinterest",
    date="2026-07",
    source="https://help.pinterest.com/en/business/article/audience-targeting",
    columns={
        "email": Column("email", EMAIL),
        "android.idfa": Column("android.idfa", LOWER_CASE),
        "ios.idfa": Column("ios.idfa", LOWER_CASE),
    },
    vectors=(
        Vector(
            "email", "\tTest@gmail.com", "test@gmail.com",
            "87924606b4131a8aceeeae8868531fbb9712aaa07a5d3a756b26ce0f5d6ca674",
        ),
        Vector("android.idfa", "5F3A2B18-9C4D-4E7F-B8E2-17D3A1E69B25", "5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69b25"),
    ),
)  # fmt: skip
