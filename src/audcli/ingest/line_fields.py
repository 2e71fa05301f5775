"""The fields of usual lines, read by the engine: the statements of `usual`.

block(row, line), layouts  ->  staged_calls(row, layout, type, name, time, user_id, ..., is_plain), staged_ids

What `is_plain` holds for is read as `calls.read_call` reads it; the rest is taken out again.
"""

from __future__ import annotations

from audcli.ingest.calls import TIME_FIELDS
from audcli.ingest.skeletons import NESTED_IDS, PLAIN_ID, PLAIN_TIME
from audcli.stored_numbers import json_to_keep

TEXTS = ("type", "event", "name", "userId", "anonymousId", "groupId", "messageId", *TIME_FIELDS)
OBJECTS = ("properties", "traits", "context")
IDS = ("userId", "anonymousId", "groupId", "messageId", *(f"{id_}_text" for id_ in NESTED_IDS))
_STRUCTURE = "{%s}" % ", ".join(  # noqa: UP031 braces are the point
    [f'"{field}": "VARCHAR"' for field in TEXTS] + [f'"{field}": "JSON"' for field in OBJECTS]
)
_PLAIN_EPOCH = "[1-9][0-9]{8,12}"
_MILLISECONDS_FROM = 10**11


def _instant(text: str) -> str:
    number = f"{text}::bigint"
    return f"""case
        when regexp_full_match({text}, '{PLAIN_TIME}') then try_cast({text} as timestamp)
        when regexp_full_match({text}, '{_PLAIN_EPOCH}')
        then make_timestamp({number} * case when {number} < {_MILLISECONDS_FROM} then 1000000 else 1000 end)
        end"""


def _id(text: str) -> str:
    return f"""case
        when (strlen({text}) <= $longest_blocked and list_contains($blocked, lower({text})))
            or ((starts_with({text}, '0') or starts_with({text}, '-')) and trim({text}, '0-') = '')
        then null else {text} end"""


def _is_plain_id(text: str) -> str:
    return f"({text} is null or regexp_full_match({text}, '{PLAIN_ID}'))"


def _canonical(text: str, doubles: str) -> str:
    """Write whole doubles as the whole numbers that they are: `{"a":2.0}` becomes `{"a":2}`."""
    return rf"""case when {doubles} = 0 then {text}
        else regexp_replace({text}, '(":-?[0-9]+)\.0([,}}])', '\1\2', 'g') end"""


_LAYOUT_TYPES = {
    "layout": "integer", "skeleton": "varchar", "is_usual": "boolean",
    **{f"{field}_shape": "integer" for field in OBJECTS},
    "context_doubles": "integer", **{f"has_{id_}": "boolean" for id_ in NESTED_IDS},
}  # fmt: skip
LAYOUT_COLUMNS = tuple(_LAYOUT_TYPES)
_LAYOUT_COLUMNS = ", ".join(f"{name} {type_}" for name, type_ in _LAYOUT_TYPES.items())
LAYOUTS = f"create or replace temp table layouts ({_LAYOUT_COLUMNS})"

BY_SKELETON = """
    create or replace temp table skeleton_lines as
    select row, line, regexp_replace(line, $values, $taken_out, 'g') as skeleton from block where json_valid(line)"""

NEW_SKELETONS = """
    select skeleton, arg_min(line, row) from skeleton_lines anti join layouts using (skeleton)
    group by skeleton order by count(*) desc, min(row) limit ?"""

ANY_OF_SKELETONS = "select 1 from skeleton_lines semi join (from layouts where is_usual) using (skeleton) limit 1"

_NESTED_TEXTS = ", ".join(
    f"case when has_{id_} then json_extract_string({field}, '$.{name}') end as {id_}_text"
    for id_, (field, name) in NESTED_IDS.items()
)

OF_SKELETONS = f"""
    with found as (
        select layouts.* exclude (skeleton, is_usual), row, unnest(from_json(line, '{_STRUCTURE}'))
        from skeleton_lines join layouts using (skeleton) where is_usual),
    nested as (
        select *, {_canonical("context", "context_doubles")} as context_written,
            {_NESTED_TEXTS}
        from found),
    usual as (
        select * exclude (context, context_written) replace (
                {json_to_keep("properties")} as properties, {json_to_keep("traits")} as traits),
            context_written as context,
            -- nothing but the whole doubles was written anew, no text that looks like one
            (context is null or strlen(context) - strlen(context_written) = 2 * context_doubles)
                and {" and ".join(map(_is_plain_id, IDS))} as is_read
        from nested)"""

_STAGE = f"""
    insert into staged_calls by name
    <usual>,
    told as (
        select *, type in ('track', 'page', 'screen') as is_event,
            coalesce({", ".join(f'"{field}"' for field in TIME_FIELDS)}) as time_text
        from usual),
    read as (
        select row, layout, type,
            case type when 'track' then event when 'identify' then '' when 'group' then '' else coalesce(name, '') end
                as name,
            {_instant("time_text")} as time, "messageId" as message_id, false as content_id,
            {_instant('"receivedAt"')} as received_at, "receivedAt" is null as never_received,
            {_id('"userId"')} as user_id, {_id('"anonymousId"')} as anonymous_id,
            case when type = 'identify' then {_id("lower(email_text)")} end as email,
            case when type = 'identify' then {_id("phone_text")} end as phone,
            {_id('"groupId"')} as own_group_id, {_id("group_text")} as context_group_id,
            coalesce(case when is_event then properties else traits end, '{{}}') as properties, context,
            case when is_event then properties_shape else traits_shape end as shape, context_shape, is_read
        from told)
    select * exclude (is_read, never_received, own_group_id, context_group_id),
        case when email is null and phone is null then null when user_id is not null then 'user_id'
            when email is not null then 'email' else 'phone' end as first_type,
        case when email is not null or phone is not null then coalesce(user_id, email, phone) end as first_value,
        case when type <> 'identify' then coalesce(own_group_id, context_group_id) end as group_id,
        coalesce(
            is_read and type in ('track', 'page', 'screen', 'identify', 'group')
            and (type <> 'track' or name <> '') and time is not null and message_id <> ''
            and (never_received or received_at is not null)
            and case when type = 'group' then own_group_id is not null
                else coalesce(user_id, anonymous_id, email, phone) is not null end,
            false) as is_plain
    from read"""


def stage(usual: str) -> str:
    """Give the statement that stages what the query `usual`, the last of these, reads; some of it may not be plain."""
    return _STAGE.replace("<usual>", usual)


REST_OF_BLOCK = """
    select row from (select range * $step::bigint as row from range($first, $end)) anti join (
        select row from staged_calls where row >= $first::bigint * $step and is_plain) using (row)
    order by row"""

STAGE_IDS = """
    insert into staged_ids
    select row, id.position, id.type, id.value
    from (
        select row, unnest([
            {position: 0, type: 'user_id', value: user_id},
            {position: (user_id is not null)::integer, type: 'email', value: email},
            {position: (user_id is not null)::integer + (email is not null)::integer, type: 'phone', value: phone},
            {position: (user_id is not null)::integer + (email is not null)::integer + (phone is not null)::integer,
                type: 'anonymous_id', value: anonymous_id}]) as id
        from staged_calls where is_plain and (email is not null or phone is not null))
    where id.value is not null"""

LINES_OF_LAYOUTS = "select layout, count(*) from staged_calls where row >= ? and is_plain group by layout"

NOT_PLAIN = "delete from staged_calls where not is_plain"
