"""LinkedIn, contact lists: hashed addresses; device ids as they are, Google's in lower and Apple's in upper case."""

from audcli.export.profiles.profile import Column, Profile, Vector
from audcli.export.rules import EMAIL, Rule

LINKEDIN_2026_07 = Profile(
    platform="linkedin",
    date="2026-07",
    source="https://www.linkedin.com/help/lms/answer/a1489764",
    columns={
        "email": Column("email", EMAIL),
        "android.idfa": Column("googleaid", Rule("lower(text)", hashed=False)),
        "ios.idfa": Column("appleidfa", Rule("upper(text)", hashed=False)),
    },
    vectors=(
        Vector(
            "email", " Test@Gmail.com", "test@gmail.com",
            "87924606b4131a8aceeeae8868531fbb9712aaa07a5d3a756b26ce0f5d6ca674",
        ),
        Vector("android.idfa", "CDDA802E-FB9C-47AD-9866-0794D394C912", "cdda802e-fb9c-47ad-9866-0794d394c912"),
        Vector("ios.idfa", "ea7583cd-a667-48bc-b806-42ecb2b48606", "EA7583CD-A667-48BC-B806-42ECB2B48606"),
    ),
    max_rows=300_000,
)  # fmt: skip
