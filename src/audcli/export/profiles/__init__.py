"""The matching rules of the ad platforms, one module each, dated: they change, and a file may have to be made again.

find_profile("google")          ->  the latest of Google's
find_profile("google-2026-07")  ->  the one of that date
"""

from __future__ import annotations

from difflib import get_close_matches

from audcli.errors import UsageError
from audcli.export.profiles.google import GOOGLE_2026_07
from audcli.export.profiles.linkedin import LINKEDIN_2026_07
from audcli.export.profiles.meta import META_2026_07
from audcli.export.profiles.microsoft import MICROSOFT_2026_07
from audcli.export.profiles.pinterest import PINTEREST_2026_07
from audcli.export.profiles.profile import Column, Profile, Vector
from audcli.export.profiles.snapchat import SNAPCHAT_2026_07
from audcli.export.profiles.tiktok import TIKTOK_2026_07
from audcli.export.profiles.x import X_2026_07

__all__ = ["PROFILES", "Column", "Profile", "Vector", "find_profile"]

PROFILES = (
    GOOGLE_2026_07,
    LINKEDIN_2026_07,
    META_2026_07,
    MICROSOFT_2026_07,
    PINTEREST_2026_07,
    SNAPCHAT_2026_07,
    TIKTOK_2026_07,
    X_2026_07,
)


def find_profile(name: str) -> Profile:
    """Find the profile of that name, or the latest of the platform of that name. Raises `UsageError` for another."""
    found = [each for each in PROFILES if name in (each.platform, each.name)]
    if found:
        return max(found, key=lambda each: each.date)
    platform = name.partition("-")[0]
    dated = [f"`{each.name}`" for each in PROFILES if each.platform == platform]
    if dated:
        raise UsageError(f"there are no rules `{name}`", hint=f"of {platform} there is {', '.join(dated)}")
    platforms = sorted({each.platform for each in PROFILES})
    near = get_close_matches(name, platforms, n=3)
    did_you_mean = f"did you mean {' or '.join(f'`{each}`' for each in near)}? " if near else ""
    raise UsageError(f"there are no rules of `{name}`", hint=f"{did_you_mean}there are those of {', '.join(platforms)}")
