"""What each field of a definition means, in the words that an editor shows beside it.

description_of("Step", "within")   ->   "The event comes at most so long after the step before it …"
"""

from __future__ import annotations


def description_of(model: str, field: str) -> str:
    """Describe a field of a model: in words of its own there, else in those that it has everywhere.

    Raises `KeyError` for a field that nobody has described.
    """
    return _ONLY_THERE.get((model, field)) or _EVERYWHERE[field]


_EVERYWHERE = {
    # What every definition has.
    "name": "A short name for people.",
    "description": "What the definition is for.",
    "owner": "Who answers for the definition.",
    "tags": "Words to group definitions by.",
    "enabled": "`false`: neither computed nor exported; definitions that name it still use it. Default: `true`.",
    "of": "Whom it speaks of: `users` (the default) or `accounts`.",
    # Kinds.
    "audience": "The key of the audience: a lower-case letter, then lower-case letters, digits and `_`.",
    "trait": "The key of the computed trait: a lower-case letter, then lower-case letters, digits and `_`.",
    "sql_trait": "The key of the SQL trait; its traits are named by the columns of the query.",
    "list": "The key of a named list.",
    "test": "The key of the test.",
    "sql": "One SELECT over the documented views and the project's sources; see `docs/sql-traits.md`.",
    "values": "The values of the list.",
    "file": "A file of the project with one value a line; of a `.csv` the first column, below a header.",
    "as_of": "The instant that the definitions under test are evaluated at.",
    "calls": "The calls that the test knows, in the shape in which they are ingested.",
    "expect": "By key, what is expected: the members of an audience, or the values of a trait by member.",
    # Conditions.
    "where": "The condition.",
    "include_anonymous": "`true`: profiles that are not known count too. Default: `false`.",
    "all": "Every one of the conditions holds.",
    "any": "At least one of the conditions holds, or as many as `at_least` says.",
    "not": "The condition does not hold.",
    "everyone": "Always holds.",
    "id": "An external id type, such as `email`: the list of the entity's ids of that type passes the operators.",
    "sample": "A stable share of all entities.",
    "percent": "How many per cent, from 0 to 100.",
    "salt": "Any text; another text gives another sample.",
    "accounts": "Which of the profile's accounts satisfy `where`: `any`, `all` or `none`.",
    "users": "Which of the account's users satisfy `where`: `any`, `all`, `none`, or at least so many.",
    "at_least_percent": "At least so many per cent of the account's users.",
    "events": "Which events count for an account: `own` (the default), `tagged` or `all`.",
    "sequence": "Steps: events that happen, or do not happen, one after the other.",
    # Events.
    "event": 'The name of a `track` call, a list of names, or `"*"` for any.',
    "page": 'The name of a `page` call, or `"*"` for any.',
    "screen": 'The name of a `screen` call, or `"*"` for any.',
    "times": "How many such events: a number (exactly so many) or limits. Default: `{at_least: 1}`.",
    "within": "The event is not older than this, such as `30 days`.",
    "between": "Two durations, the longer first: the event is older than the second and not older than the first.",
    "older_than": "The event is at least this old.",
    "since": "The event is not before this date or timestamp (UTC when it has no offset).",
    "until": "The event is before this date or timestamp (UTC when it has no offset).",
    "during": "A calendar window in the project's time zone, such as `last month`.",
    "as": "A name for the event chosen for this step, for later steps to refer to.",
    "did": "`false`: no such event may happen. Default: `true`.",
    "elapsed": "`true`: holds only once `within` has passed. Default: `false`.",
    "step": "The name (`as`) of an earlier step.",
    "property": "A path to a property, such as `revenue` or `products.sku`; with `$` a field of the call.",
    # Computed traits.
    "compute": "What is computed from the events.",
    "user_trait": "In place of `property`: that trait of the profile who performed the event.",
    "minimum_frequency": "How often a value must be seen to be the most frequent one. Default: 2.",
    "limit": "How many values the list has at most, the first by code point.",
    # Operators.
    "equals": "Equals the literal, or what a reference leads to.",
    "not_equals": "Exists and does not equal it.",
    "one_of": "Equals one of these, or one of the values of `{list: KEY}`.",
    "none_of": "Exists and equals none of these.",
    "greater_than": "Is a number greater than this.",
    "at_least": "Is a number not less than this.",
    "less_than": "Is a number less than this.",
    "at_most": "Is a number not greater than this.",
    "contains": "Has this text in it.",
    "not_contains": "Exists and has not this text in it.",
    "contains_any": "Has one of these texts in it.",
    "starts_with": "Begins with this text.",
    "ends_with": "Ends with this text.",
    "matches": "The RE2 regular expression is found in it.",
    "exists": "`true`: is present; `false`: is absent. Every other operator is false on an absent value.",
    "before": "Is a date earlier than this.",
    "after": "Is a date later than this.",
    "on_or_before": "Is a date not later than this.",
    "on_or_after": "Is a date not earlier than this.",
    "on": "Is a date within this day (UTC).",
    "within_last": "Is a date at most so long ago, and not in the future.",
    "before_last": "Is a date at least so long ago.",
    "within_next": "Is a date in the future, at most so far ahead.",
    "after_next": "Is a date further ahead than this.",
    "has": "Is a list with an element, or itself an object, that passes all of these tests of paths.",
    "size": "Is a list with so many elements.",
    "ignore_case": "`true`: texts are compared in lower case. Default: `false`.",
    # Quantities.
    "exactly": "Exactly so many.",
    "more_than": "More than so many.",
}

_ONLY_THERE = {
    ("AudienceCondition", "audience"): "The key of an audience: the entity is in it in this same run.",
    ("TraitCondition", "trait"): "A path to a custom, computed or SQL trait, or an unnamed computed trait.",
    ("TraitReference", "trait"): "A path to a trait of the same entity.",
    ("ListReference", "list"): "The key of a `list:` definition.",
    ("AllFilters", "all"): "Every one of the filters passes.",
    ("AnyFilter", "any"): "At least one of the filters passes.",
    ("NotFilter", "not"): "The filter does not pass.",
    ("AnyCondition", "at_least"): "How many of the conditions must hold.",
    ("UserShare", "at_least"): "At least so many of the account's users.",
    ("Quantity", "at_least"): "At least so many.",
    ("Quantity", "at_most"): "At most so many.",
    ("Quantity", "less_than"): "Fewer than so many.",
    ("AccountsCondition", "where"): "The condition on one account.",
    ("UsersCondition", "where"): "The condition on one user at a time.",
    **{
        (model, "where"): "Tests of the event's properties by path, or `all`, `any`, `not` over such tests."
        for model in ("EventCondition", "Step", "Computation", "TraitDocument")
    },
    **{
        (
            model,
            "include_anonymous",
        ): "Whether the events of profiles that are not known count for an account too. Default: `true`."
        for model in ("Computation", "TraitDocument")
    },
    (
        "UsersCondition",
        "include_anonymous",
    ): "`true`: profiles that are not known count as users too. Default: `false`.",
    (
        "Step",
        "within",
    ): "The first step: not older than this. Later steps: at most so long after the performed step before.",
    ("Step", "times"): "On the last step: how many such events follow the performed step before.",
    ("SequenceCondition", "within"): "The last performed step is at most so long after the first.",
    **{
        (model, "during"): "Is a date within this calendar window, in the project's time zone."
        for model in ("Operators", "IdCondition", "TraitCondition")
    },
}
