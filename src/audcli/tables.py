"""The tables of the store, as the data definition language that makes them.

Surrogate numbers are dense integers given in order of arrival and never reused. All times are UTC without a zone,
to the microsecond.
"""

from __future__ import annotations

SCHEMA_VERSION = 2
"""The number of this layout. A store of another one is refused."""

WORK = "audcli_work"
"""The name of the database in memory beside every open store, in which a run puts its tables."""

SLICE = "audcli_slice"
"""The name of another, for what one answer of `explain` depends on."""

LINKS = "sql_links"
"""The table there of the users whom SQL traits link to accounts, and by which of them."""

MESSAGE_HASHES = """
-- The engine's hash of an empty text, then of the message id of every call, in any order. No more than a help: whatever
-- ingests makes the table anew where it is missing, or not that of the calls (see ingest/message_hashes.py).
create table if not exists message_hashes (hash ubigint not null)"""


def shortest_of_double(column: str) -> str:
    """Give the SQL of the shortest text of a double, as JSON and ECMAScript write it."""
    return f"regexp_replace(regexp_replace(to_json({column})::varchar, '\\.0$', ''), 'e(\\d)', 'e+\\1')"


SCHEMA = """
-- One row: the layout, how many ingested files have stored something (each makes a new generation), and the row id from
-- which on `calls` holds short runs of sorted rows (see ingest/clustering.py).
create table store_state (
    schema_version integer not null, generation integer not null, loose_from bigint not null default 0);

-- What calls are called: ('track', 'Order Completed'), ('page', 'Pricing'), ('identify', '') ...
create table call_names (call_name integer not null, type varchar not null, name varchar not null);

-- Every call, clustered by (call_name, time) within each ingest.
--   identifier: the call's first external id, absent for a group call of no profile; the profile follows from it
--   account:    the account that a group call is about or that an event carries
--   properties: of events; the traits of identify and group calls; always an object, whose
--               whole numbers are doubles (see stored_numbers.py)
--   context:    an object as JSON text, which is made much faster than a variant and read seldom
create table calls (
    call_name integer not null, time timestamp not null, identifier integer, account integer,
    message_id varchar not null, received_at timestamp, user_id varchar, anonymous_id varchar,
    properties variant, context varchar);

-- Typed external ids of profiles. component: the ids that links hold together, whether the link was made or refused.
create table identifiers (
    identifier integer not null, type varchar not null, value varchar not null, component integer not null);

-- Distinct links between ids, each with the first call (by time, message id, position) that made it.
create table links (
    identifier integer not null, other integer not null, time timestamp not null, message_id varchar not null,
    position integer not null, refused boolean not null);

-- Keys ever given to profiles, so that a key keeps its number; `identity` tells which of them exist now.
create table profile_keys (profile integer not null, key varchar not null);

-- Which profile an id belongs to, and since when it was seen, from one generation up to (not including) another;
-- until_generation is null for what holds now. A user_id that no call has but behind another one was never seen: its
-- first_seen is 'infinity'.
create table identity (
    identifier integer not null, profile integer not null, first_seen timestamp not null,
    since_generation integer not null, until_generation integer);

create table accounts (account integer not null, group_id varchar not null);

-- What kinds of value each path of each call's properties has shown. `path` is a JSON array of names, in which 0
-- stands for the elements of a list and null for any name of an object with very many names. `base` is
-- 'properties' or 'context'.
create table catalog (
    call_name integer not null, base varchar not null, path varchar not null, kind varchar not null,
    seen bigint not null, example varchar);

create table ingests (
    generation integer not null, file varchar not null, finished_at timestamp not null, read bigint not null,
    accepted bigint not null, duplicate_ids bigint not null, duplicate_content bigint not null,
    rejected bigint not null);

-- Records that could not be used; one record with one reason is kept once. `raw` are its bytes as they stood in the
-- file; absent beyond 1 MiB.
create table rejects (
    generation integer not null, file varchar not null, line bigint not null, reason varchar not null,
    detail varchar not null, digest varchar not null, raw blob);

-- Committed runs. `generation`: the state of identity that the run saw.
create table runs (
    run integer not null, as_of timestamp not null, started_at timestamp not null, duration_ms bigint not null,
    generation integer not null, version varchar not null);

-- Digests (SHA-256) of the files of the project that a run read: `kind` is 'list' or 'source', `name` its key or name.
create table run_inputs (run integer not null, kind varchar not null, name varchar not null, digest varchar not null);

-- Keys ever computed. One whose kind or level changes gets a new number, under which its later results stand.
create table definitions (
    definition integer not null, key varchar not null, kind varchar not null, level varchar not null);

-- The text of every definition that a run computed, once, by the SHA-256 of the text.
create table definition_texts (digest varchar not null, text varchar not null);

-- What each run made of each definition. `digest` is of its own meaning, `whole_digest` of that and of the meaning of
-- everything that it depends on; both are empty, and so is `text_digest`, where it was invalid. `outcome` is 'ok',
-- 'failed', or 'removed' in the first run that found no definition of the key any more; the last two keep the members
-- that there were. Always previous + entered - exited = members; of a trait these count the entities with a value.
create table results (
    run integer not null, definition integer not null, digest varchar not null, whole_digest varchar not null,
    text_digest varchar not null, outcome varchar not null, reason varchar,
    previous bigint not null, entered bigint not null, exited bigint not null, members bigint not null);

-- Who was in an audience, from the run they entered up to (not including) the run they exited. `exit_reason` is
-- 'merged' where the entity's key names nobody any more, 'forgotten' where it was erased (its number is negative then),
-- null where the condition ceased to hold.
create table memberships (
    definition integer not null, entity integer not null, entered_run integer not null, exited_run integer,
    exit_reason varchar);

-- Names of the traits whose values runs stored, each with the run that found it first: a computed trait has one, its
-- key; an SQL trait one for each column.
create table trait_names (
    trait integer not null, definition integer not null, name varchar not null, since_run integer not null);

-- The value that an entity has for a trait, from one run up to (not including) another; until_run is null for what
-- holds now. An entity without a row has no value that an export lists. Of `number` and `json` one is null:
--   number: a JSON number that a double holds exactly; never -0
--   json:   any other value, as compact JSON with sorted names
create table trait_values (
    trait integer not null, entity integer not null, number double, json varchar,
    since_run integer not null, until_run integer);

-- The users whom SQL traits link to accounts, from one run up to (not including) another; until_run is null for what
-- holds now.
create table account_links (
    definition integer not null, account integer not null, profile integer not null,
    since_run integer not null, until_run integer);

-- Salted digests of the external ids of people who were forgotten: the lower-case hex SHA-256 of salt, type, a NUL and
-- value. All ids of one person have one number in `person`. Without a type (then nothing stands in its place) there are
-- the values once more, trimmed and case-folded, and the digests of rejects that were removed with the person.
create table forgotten (person integer not null, salt varchar not null, digest varchar not null);

-- The values of now, each as JSON text; numbers are written by their shortest text.
create view current_trait_values as
select trait, entity, coalesce(json, SHORTEST) as value from trait_values where until_run is null;
""".replace("SHORTEST", shortest_of_double("number"))
