"""The users of accounts as of a run: those whom a group call had joined to one by then, or whom an SQL trait linked.

ann  joins  acme     2026-01-03   ->   account acme    profile ann   since 2026-01-03
ann  linked to  globex in run 2        account globex  profile ann   since the as-of of run 2
"""

from __future__ import annotations

from audcli.errors import UsageError
from audcli.export.options import ExportOptions, Users
from audcli.export.results import Level, Result
from audcli.sql_text import sql_text


def level_of_rows(result: Result, options: ExportOptions) -> Level:
    """Say what the file has rows of: users too where those of accounts are asked for.

    Raises `UsageError` where users are to be expanded to users.
    """
    if options.users is None:
        return result.level
    if result.level == "users":
        raise UsageError(f"`--expand-users` has no meaning for `{result.key}`, which is of users", hint="leave it out")
    return "users"


def account_users(result: Result) -> str:
    """Give the query of who belongs to which account: `account`, `profile` and `since`."""
    return f"""(
        select account, profile, min(since) as since
        from (select account, profile, time as since
              from calls join call_names using (call_name) join identity using (identifier)
              where type = 'group' and account is not null and time <= timestamp '{result.as_of.isoformat(sep=" ")}'
                  and {result.held}
              union all
              select account, profile, as_of from account_links join runs on run = since_run
              where since_run <= {result.run:d} and (until_run is null or until_run > {result.run:d}))
        group by account, profile)"""


def counted_users(result: Result, users: Users) -> str:
    """Give the query of those users of accounts who are known in one of the ways asked for: `account`, `profile`."""
    if users.known_by is None:
        return account_users(result)
    types = ", ".join(map(sql_text, users.known_by)) or "null"
    return f"""(
        select account, profile from {account_users(result)} as users
        where profile in (
            select profile from identity join identifiers using (identifier) where type in ({types}) and {result.held}))
        """
