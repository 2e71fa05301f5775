"""The fields of usual lines, read by the engine: the statements of `usual`, in which each step is a table.

lines(row, line), layouts  ->  block_calls(row, type, name, time, user_id, ..., is_plain)  ->  staged_calls, staged_ids

What `is_plain` holds for is read as `calls.read_call` reads it.
"""

from __future__ import annotations

from collections.abc import Iterable

from audcli.ingest.calls import TIME_FIELDS
from audcli.ingest.skeletons import PLAIN_ID, PLAIN_TIME

_TEXTS = ("type", "event", "name", "userId", "anonymousId", "groupId", "messageId", *TIME_FIELDS)
OBJECTS = ("properties", "traits", "context")
_STRUCTURE = "{%s}" % ", ".join(  # noqa: UP031 braces are the point
    [f'"{field}": "VARCHAR"' for field in _TEXTS] + [f'"{field}": "JSON"' for field in OBJECTS]
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


def _is_canonical(text: str, before: str, doubles: str) -> str:
    """Tell whether nothing but the whole doubles was written anew, no text that looks like one."""
    return f"({doubles} = 0 or strlen({before}) - strlen({text}) = 2 * {doubles})"


_LAYOUT_TYPES = {
    "number": "integer", "skeleton": "varchar", "is_usual": "boolean",
    "properties_shape": "integer", "traits_shape": "integer", "context_shape": "integer",
    "properties_doubles": "integer", "traits_doubles": "integer", "context_doubles": "integer",
    "has_email": "boolean", "has_phone": "boolean", "has_group": "boolean",
}  # fmt: skip
LAYOUT_COLUMNS = tuple(_LAYOUT_TYPES)
LAYOUTS = f"create temp table layouts ({', '.join(f'{name} {type_}' for name, type_ in _LAYOUT_TYPES.items())})"

USUAL_CALLS = "create temp table usual_calls (call integer, type varchar, name varchar)"

BY_SKELETON = """
    create or replace temp table skeleton_lines as
    select row, line, regexp_replace(line, $values, $taken_out, 'g') as skeleton from block"""

NEW_SKELETONS = """
    select skeleton, arg_min(line, row) from skeleton_lines anti join layouts using (skeleton)
    group by skeleton order by count(*) desc, min(row) limit ?"""

OF_SKELETONS = "select row, line, number from skeleton_lines join layouts using (skeleton)"

_BLOCK_CALLS = f"""
    create or replace temp table block_calls as
    with usual as (
        select layouts.* exclude (skeleton, is_usual), row, unnest(from_json(line, '{_STRUCTURE}'))
        from (<lines>) join layouts using (number) where is_usual),
    told as (
        select *, type in ('track', 'page', 'screen') as is_event,
            coalesce("timestamp", "originalTimestamp", "sentAt", "receivedAt") as time_text,
            case when type = 'identify' and has_email then json_extract_string(traits, '$.email') end as email_text,
            case when type = 'identify' and has_phone then json_extract_string(traits, '$.phone') end as phone_text,
            case when has_group then json_extract_string(context, '$.groupId') end as group_text,
        from usual),
    bodies as (
        select *,
            coalesce(case when is_event then properties else traits end, '{{}}') as body,
            case when is_event then properties_doubles else traits_doubles end as body_doubles
        from told),
    written as (
        select *, {_canonical("body", "body_doubles")} as body_written,
            {_canonical("context", "context_doubles")} as context_written
        from bodies),
    read as (
        select row, number, type,
            case type when 'track' then event when 'identify' then '' when 'group' then '' else coalesce(name, '') end
                as name,
            {_instant("time_text")} as time, "messageId" as message_id,
            "receivedAt" is null as never_received, {_instant('"receivedAt"')} as received_at,
            {_id('"userId"')} as user_id, {_id('"anonymousId"')} as anonymous_id,
            {_id("lower(email_text)")} as email, {_id("phone_text")} as phone,
            case when type = 'identify' then null else coalesce({_id('"groupId"')}, {_id("group_text")}) end
                as group_id,
            {_id('"groupId"')} is null as has_no_group,
            body_written as properties, context_written as context,
            case when is_event then properties_shape else traits_shape end as shape, context_shape,
            {" and ".join(_is_plain_id(each) for each in ('"userId"', '"anonymousId"', '"groupId"', '"messageId"'))}
                and {" and ".join(_is_plain_id(each) for each in ("email_text", "phone_text", "group_text"))}
                and {_is_canonical("body_written", "body", "body_doubles")}
                and {_is_canonical("context_written", "context", "context_doubles")} as has_plain_values
        from written)
    select * exclude (has_no_group, never_received, has_plain_values),
        coalesce(
            has_plain_values and type in ('track', 'page', 'screen', 'identify', 'group')
            and (type <> 'track' or name <> '') and time is not null and message_id <> ''
            and (never_received or received_at is not null)
            and case when type = 'group' then not has_no_group
                else coalesce(user_id, anonymous_id, email, phone) is not null end,
            false) as is_plain
    from read"""

NEW_CALLS = """
    select type, name from block_calls anti join usual_calls using (type, name)
    where is_plain group by type, name order by min(row)"""

STAGE_CALLS = """
    insert into staged_calls
    select row, call, time, message_id, false, received_at, user_id, anonymous_id,
        case when email is null and phone is null then null when user_id is not null then 'user_id'
            when email is not null then 'email' else 'phone' end,
        case when email is not null or phone is not null then coalesce(user_id, email, phone) end,
        group_id, properties, context, shape, context_shape
    from block_calls join usual_calls using (type, name) where is_plain"""

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
        from block_calls where is_plain and (email is not null or phone is not null))
    where id.value is not null"""

LINES_OF_LAYOUTS = "select number, count(*) from block_calls where is_plain group by number"

REST_OF_BLOCK = """
    select row from (select range * ? as row from range(?, ?)) anti join (from block_calls where is_plain) using (row)
    order by row"""

REST_OF_SKELETON_LINES = """
    select row from skeleton_lines anti join (from block_calls where is_plain) using (row) order by row"""


def of_templates(layouts: Iterable[int]) -> str:
    """Tell lines by the templates of layouts, each of which is a parameter: `template_7`."""
    cases = " ".join(f"when regexp_full_match(line, $template_{number}) then {number}" for number in layouts)
    return f"select row, line, case {cases} end as number from block"


def block_calls(lines: str) -> str:
    """Read the calls of lines, given as a query of their row, text and layout."""
    return _BLOCK_CALLS.replace("<lines>", lines)
