"""Every message about definitions, settings and mappings: its code, its words, the label under the caret and the hint.

    error[unknown-audience]: there is no audience `vip`      <- code and words
     9 |       - audience: vip
       |                   ^^^ not defined in any file       <- label: what was expected
       = did you mean `vips`?                              <- hint: the way out

`{gaps}` are filled by `audcli.definitions.reporting`. Each message has a case in `tests/messages`.
"""

from __future__ import annotations

from dataclasses import dataclass

from audcli.diagnostics import Severity


@dataclass(frozen=True, slots=True)
class Message:
    """What is said about one kind of problem."""

    words: str
    label: str = ""
    hint: str = ""
    severity: Severity = "error"


_FILES = {
    "unreadable-file": Message("definitions cannot be read from here: {reason}"),
    "no-folder": Message("there is no folder `{folder}`", hint="definitions are read from it; `audcli init` makes one"),
    "not-utf8": Message("this file is not UTF-8 text", "no character in UTF-8", "save the file as UTF-8"),
    "file-outside-project": Message(
        "this leads outside the project",
        hint="definitions are read from the project's folder only, and never from `.git`",
    ),
    "control-character": Message(
        "the character {character} cannot stand in YAML",
        "a control character",
        "delete it, or write it as an escape in double quotes",
    ),
}

_YAML = {
    "tab-indentation": Message(
        "a tab cannot indent YAML", "a tab character", "indent with blanks; most editors can be set to do so"
    ),
    "unclosed-quote": Message("this quote is never closed", "opened here", "close it with the same quote"),
    "unclosed-bracket": Message(
        "this bracket is not closed", "opened here", "add what is missing: a comma, or the closing bracket"
    ),
    "unexpected-colon": Message(
        "a `:` is not expected here",
        "a second value for the same key",
        "put text that holds a colon in quotes, or check the indentation of this line",
    ),
    "missing-colon": Message("a key needs a `:` after it", "read as a key", "write `key: value`"),
    "bad-indentation": Message(
        "this line does not fit the ones above it",
        "not where a key or list element can begin",
        "give all keys of a mapping the same indentation, and close every quote and bracket before",
    ),
    "bad-escape": Message(
        "this backslash begins no known escape",
        "inside double quotes a backslash begins an escape",
        "use single quotes, in which a backslash is itself",
    ),
    "quotes-needed": Message(
        "a value cannot begin with `{character}`",
        "has a meaning of its own in YAML",
        "put the value in quotes",
    ),
    "bad-yaml": Message("this is not valid YAML", "cannot be read from here on"),
    "unknown-alias": Message(
        "there is no anchor `&{name}` before this alias",
        "names an anchor",
        "put a text that begins with `*` in quotes",
    ),
    "alias-within-itself": Message("the alias `*{name}` stands within its own anchor", "would never end"),
    "document-too-large": Message(
        "this definition has more than {most} values, aliases written out",
        "beyond the limit from here on",
        "long lists of values belong in a file: `file: PATH` in a `list:` definition",
    ),
    "document-too-deep": Message(
        "this definition nests more than {most} levels",
        "beyond the limit from here on",
        "move a part of it into an audience of its own",
    ),
    "unsupported-tag": Message("YAML tags are not used here", "`{tag}`", "write the value without the tag"),
    "key-not-text": Message("a key must be a single name", "a list, a mapping or a number"),
    "repeated-key": Message("`{name}` stands twice in one mapping", "already in line {line}", "keep one of the two"),
    "no-such-date": Message("`{text}` is not in the calendar", "reads as a date", "if it is a text, put it in quotes"),
    "number-too-large": Message(
        "`{text}` is larger than any number can be", "reads as a number", "if it is a text, put it in quotes"
    ),
    "leading-zeros": Message(
        "`{text}` is read as the number {number}",
        "its leading zeros are lost",
        "if it is a text, such as a code, put it in quotes",
        "warning",
    ),
}

_SHAPES = {
    "not-a-definition": Message(
        "a definition is a mapping, not {found}",
        "should begin with {kinds}",
        "for example `audience: big_spenders`",
    ),
    "no-kind": Message("this definition does not say what it defines", "should begin with {kinds}", "{nearest}"),
    "two-kinds": Message(
        "one document defines one thing, not {kinds}",
        "a second kind",
        "put `---` on a line between definitions",
    ),
    "bad-key": Message(
        "`{name}` cannot be a key",
        "1 to 63 lower-case letters, digits and `_`, beginning with a letter",
        "{suggestion}",
    ),
    "duplicate-key": Message(
        "the key `{name}` is taken",
        "already defined in {file}:{line}",
        "keys are unique in a project, across all kinds",
    ),
    "missing-field": Message("`{name}` is missing", "{owner} needs it"),
    "unknown-field": Message("{owner} has no field `{name}`", "not a field", "{hint} its fields are {known}"),
    "unknown-operator": Message(
        "there is no operator `{name}`", "not an operator", "{nearest} the operators are {known}"
    ),
    "no-value": Message("{name} has no value", "empty", "{hint}"),
    "wrong-type": Message("{name} must be {wanted}, not {found}", "should be {wanted}", "{hint}"),
    "not-a-reference": Message(
        "{name} is not a value to compare with",
        "a single value, `{{trait: PATH}}` or `{{step: NAME, property: PATH}}`",
    ),
    "not-a-list-reference": Message("{name} is not a list of values", "a list, or `{{list: KEY}}`"),
    "not-one-of": Message("{name} cannot be {found}", "not among its values", "{nearest} it can be {allowed}"),
    "out-of-range": Message("{name} must be {limit} or more", "found {found}"),
}

_LITERALS = {
    "bad-duration": Message("{found} is not a duration", "such as `30 days`, `1 month` or `12 hours`", "{suggestion}"),
    "not-a-date": Message("{found} is not a date", "such as `2026-01-31` or `2026-01-31T10:00:00Z`", "{suggestion}"),
    "not-a-number": Message("{name} compares numbers, and {found} is none", "should be a number", "{suggestion}"),
    "boolean-as-number": Message(
        "{name} compares numbers, and {found} is none",
        "should be a number",
        "use `equals` for true and false",
    ),
    "date-as-number": Message(
        "{name} compares numbers, and {found} is none",
        "should be a number",
        "compare dates with `before`, `after`, `on_or_before` or `on_or_after`",
    ),
    "boolean-as-text": Message(
        "{name} compares text, and {found} is none", "should be a text", "use `equals`, or put it in quotes"
    ),
    "date-as-text": Message(
        "{name} compares text, and {found} is none", "should be a text", "use `on`, or put it in quotes"
    ),
    "not-finite": Message("{name} must be a finite number", "no value is equal to it, above it or below it"),
    "number-in-quotes": Message(
        "{name} compares numbers, so the text `{text}` is read as one",
        "a number in quotes",
        "write it without the quotes",
        "warning",
    ),
    "bad-regex": Message("RE2 cannot use this expression: {reason}", "read as a regular expression", "{hint}"),
    "bad-path": Message(
        "`{path}` is not a path: {reason}",
        "such as `address.city`",
        "a dot or backslash in a name has a backslash before it",
    ),
    "unknown-call-field": Message("a call has no field `{path}`", "not a field", "{hint} the fields are {known}"),
    "field-of-element": Message(
        "an element of a list has no field `{path}`", "fields of a call stand outside `has`", "{hint}"
    ),
    "unknown-trait-field": Message("there is no `{path}` among traits", "one of {known}", "{hint}"),
}

_CONDITIONS = {
    "no-head": Message(
        "this condition does not say what it asks", "has no head", "{nearest} a condition has one of {heads}"
    ),
    "two-heads": Message(
        "one condition asks one thing, not {heads}", "a second head", "join conditions with `all` or `any`"
    ),
    "no-operator": Message(
        "{name} has no operator",
        "such as `equals`, `at_least` or `exists`",
        "to ask whether it is there: `exists: true`",
    ),
    "empty-list": Message("{name} is an empty list", "needs at least one element"),
    "empty-mapping": Message("{name} is an empty mapping", "needs at least one entry"),
    "more-than-any": Message(
        "`at_least: {wanted}` of {count} can never hold",
        "`any` lists only {count}",
        "lower it, or add conditions",
    ),
    "event-of-account": Message(
        "`{head}` asks about one user, and this condition is about an account",
        "not in an account's own condition",
        "say which users: `users: any` with `where: {{{head}: ...}}`",
    ),
    "users-of-user": Message(
        "`users` asks about an account, and this condition is about one user",
        "only in a condition about accounts",
        "leave `users` out and write its `where` here, or add `of: accounts` to the definition",
    ),
    "accounts-of-account": Message(
        "`accounts` asks about a user, and this condition is about an account",
        "only in a condition about users",
        "leave `accounts` out and write its `where` here",
    ),
    "id-of-account": Message(
        "an account has no id of type `{name}`",
        "only `group_id`",
        "to ask about its users: `users: any` with `where: {{id: {name}, ...}}`",
    ),
    "accounts-only": Message(
        "{name} is for accounts only", "this is about users", "add `of: accounts`, or leave it out"
    ),
    "one-share": Message("`users` takes one of `at_least` and `at_least_percent`", "{reason}", "{hint}"),
    "inconsistent-quantity": Message("no number can satisfy {limits}", "{reason}"),
    "two-windows": Message("{windows} are two windows, and only one can be given", "a second window", "{hint}"),
    "between-out-of-order": Message(
        "`between` begins with the longer duration",
        "`{first}` is not longer ago than `{second}`",
        "write `between: [{second}, {first}]`",
    ),
    "between-equal": Message("the ends of `between` are equal", "no event lies between them"),
    "since-after-until": Message("`since` must lie before `until`", "no event lies between {since} and {until}"),
}

_EVENTS = {
    "no-event": Message("{owner} does not say which events", "needs one of `event`, `page` and `screen`"),
    "two-events": Message("{owner} takes one of `event`, `page` and `screen`, not {found}", "a second one"),
    "first-step-negated": Message(
        "the first step of a sequence must be performed",
        "cannot have `did: false`",
        "begin with what must happen first",
    ),
    "step-window": Message(
        "`{window}` is not for later steps",
        "after the first step only `within` counts",
        "`within` says how long after the step before",
    ),
    "elapsed-unused": Message(
        "`elapsed` is only for a step with `did: false` and `within`", "nothing to wait for", "{hint}"
    ),
    "times-unused": Message("`times` is only for a last step that is performed", "{reason}"),
    "repeated-step": Message("two steps are called `{name}`", "already in line {line}", "give each step its own name"),
    "unknown-step": Message("there is no earlier step `{name}`", "{known}", "{nearest}"),
    "negated-step": Message(
        "the step `{name}` must not happen, so it has no event to refer to",
        "has `did: false`",
        "refer to a performed step",
    ),
    "step-outside-sequence": Message(
        "`step` refers to a step of a sequence, and there is none here", "not within a sequence"
    ),
    "property-missing": Message("`compute: {compute}` needs a `property`", "of which values?", "{hint}"),
    "property-unused": Message(
        "`compute: {compute}` takes no `{name}`",
        "it counts {counted}",
        "to narrow down the events use `where`",
    ),
    "two-properties": Message("`property` and `user_trait` exclude each other", "a second source of values"),
    "limit-unused": Message("`limit` is only for `compute: unique_list`", "`compute: {compute}` takes none"),
    "frequency-unused": Message(
        "`minimum_frequency` is only for `compute: most_frequent`", "`compute: {compute}` takes none"
    ),
}

_REFERENCES = {
    "unknown-audience": Message(
        "there is no audience `{name}`", "not defined in any file under {folder}/", "{nearest}"
    ),
    "not-an-audience": Message("`{name}` is {kind}, not an audience", "should be the key of an audience", "{hint}"),
    "unknown-list": Message("there is no list `{name}`", "not defined in any file under {folder}/", "{nearest}"),
    "not-a-list": Message("`{name}` is {kind}, not a list", "should be the key of a `list:` definition"),
    "unknown-definition": Message(
        "there is no audience or trait `{name}` to expect",
        "not defined in any file under {folder}/",
        "{nearest}",
    ),
    "not-computed": Message("`{name}` is {kind}, of which nothing is computed", "an audience or a trait"),
    "expected-column": Message(
        "`{name}` is an SQL trait, and its traits are expected by their own names",
        "the name of a column: {columns}",
    ),
    "expected-members": Message(
        "`{name}` is an audience, and this expects values of it",
        "a list of members, as in `[ann, bob]`",
    ),
    "expected-values": Message(
        "`{name}` is {kind}, and this expects members of it",
        "a mapping of whom to which value, as in `{{ann: 12}}`",
    ),
    "audience-as-trait": Message(
        "`{name}` is an audience, and this asks for a trait of that name",
        "no definition makes such a trait",
        "to ask whether someone is in it: `audience: {name}`",
        "warning",
    ),
    "trait-of-other-level": Message(
        "`{name}` is a trait of {level}, and this condition is about {other}",
        "read as a trait that arrived with calls",
        "{hint}",
        "warning",
    ),
    "cycle": Message("`{name}` depends on itself: {cycle}", "leads back to `{name}`", "break the circle at one place"),
    "depends-on-broken": Message(
        "`{name}` cannot be computed, so `{key}` cannot be either", "has errors, or depends on what has"
    ),
    "lost-definition": Message(
        "{what} was defined in a file that cannot be read: {files}",
        "known from earlier runs",
        "once every file can be read, it is known whether it is still defined",
    ),
    "no-values": Message("the list `{name}` has no values", "needs `values` or `file`"),
    "two-value-sources": Message(
        "the list `{name}` has `values` and `file`", "a second source of values", "keep one of the two"
    ),
    "no-such-file": Message("there is no file `{path}`", "relative to the project's folder"),
    "not-a-file": Message("`{path}` is a folder", "should be a file of values"),
    "path-outside-project": Message(
        "`{path}` is not a place inside the project", "{reason}", "paths are relative to the project's folder"
    ),
}

_QUERIES = {
    "sql-not-readable": Message("this query cannot be read: {reason}", "read as SQL of DuckDB"),
    "sql-not-a-select": Message("an SQL trait is one SELECT, and this is something else", "should begin with `select`"),
    "sql-several-statements": Message(
        "an SQL trait is one SELECT, and these are several statements",
        "more than one",
        "leave out what stands after the `;`, or make an SQL trait of each",
    ),
    "sql-unknown-relation": Message(
        "an SQL trait cannot read `{name}`",
        "neither a view nor a source",
        "{nearest} the views are {views}; other files need a name under `sources` in `audcli.yaml`",
    ),
    "sql-unreadable-source": Message(
        "the source `{name}` cannot be read: {reason}", "a source of `audcli.yaml`", "it should be in `{path}`"
    ),
    "sql-unknown-function": Message(
        "an SQL trait cannot use `{name}`",
        "not among its functions",
        "{nearest}{hint}",
    ),
    "sql-qualified-name": Message(
        "`{name}` has a schema before its name",
        "not for tables, functions or types",
        "views, sources and functions are known by their bare names",
    ),
    "sql-not-allowed": Message("an SQL trait cannot use {what}", "not among what its query may consist of"),
    "sql-does-not-fit": Message("this query cannot run: {reason}", "looked into without running it", "{hint}"),
    "sql-no-user-id": Message(
        "the result has no column that says whose traits they are",
        "needs one of `user_id`, `anonymous_id`, `email` and `key`",
    ),
    "sql-no-account-id": Message("the result has no column `group_id`", "an SQL trait of accounts needs it"),
    "sql-id-of-accounts": Message(
        "the result has a column `group_id`, and these are traits of users",
        "an id of accounts",
        "add `of: accounts`, or leave the column out",
    ),
    "sql-id-of-users": Message(
        "the result has a column `{name}`, and these are traits of accounts",
        "an id of users",
        "only `user_id` may stand beside `group_id`; leave it out, or give it another name",
    ),
    "sql-two-ids": Message(
        "the result has two columns of ids, `{first}` and `{second}`",
        "needs exactly one",
        "leave one out, or give it another name",
    ),
    "sql-id-type": Message(
        "`{name}` has the type {type}, and ids are texts or numbers", "cannot be an id", "cast it: `{name}::varchar`"
    ),
    "sql-no-trait": Message(
        "the result has no column besides ids", "needs a trait", "every column that is no id is a trait of its name"
    ),
    "sql-repeated-column": Message(
        "two columns of the result are called `{name}`", "each trait has a name of its own", "give one `as` a name"
    ),
    "sql-name-taken": Message(
        "the name `{name}` of a column is taken",
        "already defined in {file}:{line}",
        "every column that is no id is a trait of its name; give it another with `as`",
    ),
    "sql-trait-as-trait": Message(
        "`{name}` is an SQL trait, and none of its columns is called so",
        "read as a trait that arrived with calls",
        "its traits are {traits}",
        "warning",
    ),
}

_SETTINGS = {
    "settings-not-a-mapping": Message("settings are a mapping, not {found}", "such as `timezone: Europe/Berlin`"),
    "settings-in-documents": Message("settings are one document", "a second document", "remove the `---` line"),
    "unknown-setting": Message(
        "there is no setting `{name}`", "not a setting", "{nearest} the settings here are {known}"
    ),
    "bad-source-file": Message(
        "`{path}` cannot be a source: {reason}", "a file of CSV, JSON lines or Parquet", "{hint}"
    ),
    "bad-source-name": Message("a source cannot be called `{name}`", "{reason}"),
    "unknown-timezone": Message("there is no time zone `{name}`", "such as `Europe/Berlin` or `UTC`", "{nearest}"),
}

_MAPPINGS = {
    "mapping-not-a-mapping": Message("{name} is a mapping, not {found}", "such as `as: identify`"),
    "mapping-in-documents": Message("a mapping file is one document", "a second document", "remove the `---` line"),
    "unknown-mapping-field": Message(
        "there is no field `{name}` here", "not a field of a mapping", "{hint} the fields here are {known}"
    ),
    "keep-and-drop": Message(
        "`keep` and `drop` exclude each other", "a second choice of columns", "columns that are not kept are dropped"
    ),
    "mapped-event-unused": Message("`{type}` calls have no `event`", "names an event", "remove it"),
    "mapped-type-missing": Message(
        "a row that becomes several calls needs `as` in each", "has no `as`", "such as `as: identify`"
    ),
}

_DOUBTS = {
    "event-never-seen": Message(
        "no {kind} `{name}` has been ingested", "nothing ingested so far has this name", "{nearest}", "warning"
    ),
    "property-never-seen": Message(
        "no such event has had the property `{path}`", "nothing ingested so far has it", "{nearest}", "warning"
    ),
    "trait-never-seen": Message(
        "{whom} has had the trait `{path}`",
        "no definition makes it, and no call has carried it",
        "{nearest}",
        "warning",
    ),
    "id-type-never-seen": Message(
        "nobody has an external id of type `{name}`", "nothing ingested so far has one", "{nearest}", "warning"
    ),
    "trait-hidden": Message(
        "the {kind} `{name}` hides the one that {call} calls carry",
        "the same name",
        "conditions see this one; another name would leave both to be seen",
        "warning",
    ),
    "type-never-seen": Message(
        "`{path}` is read as {wanted} here, which it has never been",
        "asks for {wanted}",
        "so far it has only been {found}{example}",
        "warning",
    ),
    "crossed-limits": Message(
        "no number passes both {limits}",
        "`{path}` has only been a single value so far",
        "for either of the two use `any`",
        "warning",
    ),
    "window-beyond-data": Message(
        "`{window}` reaches back to {start}, and the first call is of {first}",
        "longer than there are calls",
        "older calls can be ingested at any time",
        "warning",
    ),
    "not-yet-abandoned": Message(
        "this also holds for those whose `{window}` are not over yet",
        "nothing has happened yet, and still may",
        "to wait until the time has passed: `elapsed: true`",
        "warning",
    ),
    "always-true": Message("this holds for everybody", "whatever the calls say", "", "warning"),
    "always-false": Message("this can hold for nobody", "whatever the calls say", "", "warning"),
    "same-meaning": Message(
        "`{name}` means the same as `{twin}`", "as in {file}:{line}", "one of the two is enough", "warning"
    ),
}

MESSAGES: dict[str, Message] = {
    **_FILES,
    **_YAML,
    **_SHAPES,
    **_LITERALS,
    **_CONDITIONS,
    **_EVENTS,
    **_REFERENCES,
    **_QUERIES,
    **_SETTINGS,
    **_MAPPINGS,
    **_DOUBTS,
}
