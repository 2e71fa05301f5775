"""Microsoft Advertising, customer match: hashed addresses, and nothing else."""

from audcli.export.profiles.profile import Column, Profile, Vector
from audcli.export.rules import EMAIL

MICROSOFT_2026_07 = Profile(
    platform="microsoft",
    date="2026-07",
    source="https://help.ads.microsoft.com/apex/index/3/en/56921",
    columns={"email": Column("email", EMAIL)},
    vectors=(
        Vector(
            "email", "test@GMAIL.com\r\n", "test@gmail.com",
            "87924606b4131a8aceeeae8868531fbb9712aaa07a5d3a756b26ce0f5d6ca674",
        ),
        Vector("email", "first.last+tag@example.com", "first.last+tag@example.com"),
    ),
)  # fmt: skip
