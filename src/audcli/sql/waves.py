"""A wave: for every considered entity, whether it is a member of each audience of the wave.

wave_1              profile | big_spenders | newsletter_readers …       one row a profile, true or false
wave_1_accounts     account | at_risk_accounts …                        one row an account
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from audcli.plan.model import Audience, Level
from audcli.sql.answers import Decided, answers
from audcli.sql.leaves import Leaves
from audcli.sql.related import related_statements
from audcli.sql.script import Membership, Statement
from audcli.sql.subjects import subject_of

_SUFFIXES: Mapping[Level, str] = {"users": "", "accounts": "_accounts"}


def wave_statements(
    table: str, audiences: tuple[Audience, ...], leaves: Leaves, decided: Decided
) -> Iterator[Statement]:
    """Decide the audiences of one wave, and note in `decided` where their memberships stand."""
    yield from related_statements([each.condition for each in audiences], leaves, decided)
    for level, suffix in _SUFFIXES.items():
        of_level = {each.key: each.condition for each in audiences if each.level == level}
        if not of_level:
            continue
        name, subject = table + suffix, subject_of(level)
        query = answers(subject, of_level, leaves, decided)
        yield Statement(name, f"members of {', '.join(list(of_level)[:3])} …", query)
        [entity] = subject.keys
        decided.memberships.update((key, Membership(name, key, entity)) for key in of_level)
