"""Forgetting one person for good: a privacy request.

belongings.gather   WHO  ->  what is the person's: ids, keys, calls, accounts that nobody else names
calls.remove             ->  their calls are gone, and the catalog has seen that much less
identity.remove          ->  their ids are gone; what remains is as if their calls had never been
ledger.remove            ->  their memberships and values stand under a number that names nobody
traces.remove            ->  rejects and texts that quote one of their ids

All of it happens on a copy of the store, which is then written anew: see `store.rewriting`.
"""

from audcli.forgetting.belongings import Belongings, belongings_of
from audcli.forgetting.forget import Forgotten, allow_return, forget

__all__ = ["Belongings", "Forgotten", "allow_return", "belongings_of", "forget"]
