"""What the store knows of single people and companies, for people to look at.

profile_of    WHO  ->  a profile: its ids, traits, accounts, audiences and latest events
account_of    WHO  ->  an account: its users, traits, audiences and latest events
conflicts          ->  the links between ids that were not made
"""

from audcli.entities.account import Account, account_of
from audcli.entities.conflicts import Conflict, Side, conflicts, count_conflicts
from audcli.entities.profile import Profile, profile_of

__all__ = ["Account", "Conflict", "Profile", "Side", "account_of", "conflicts", "count_conflicts", "profile_of"]
