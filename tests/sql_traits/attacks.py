"""Queries that an SQL trait must not be: by name, the query and the code of its refusal.

`{secret}` is the path of a file with a secret, inside the project but no source; `{folder}` is where it lies.
"""

from __future__ import annotations

ATTACKS: dict[str, tuple[str, str]] = {
    # files by their names
    "file as table": ("select 'a' as key, * from '{secret}'", "sql-unknown-relation"),
    "file in double quotes": ('select \'a\' as key, * from "{secret}"', "sql-unknown-relation"),
    "file by a relative path": ("select 'a' as key, * from '../secret.csv'", "sql-unknown-relation"),
    "file of the system": ("select 'a' as key, * from '/etc/passwd'", "sql-unknown-relation"),
    "files by a pattern": ("select 'a' as key, * from '{folder}/*.csv'", "sql-unknown-relation"),
    "file of another format": ("select 'a' as key, * from 'data.parquet'", "sql-unknown-relation"),
    "file by a URL": ("select 'a' as key, * from 'https://example.com/x.csv'", "sql-unknown-relation"),
    "file by a bucket": ("select 'a' as key, * from 's3://bucket/x.parquet'", "sql-unknown-relation"),
    "file behind a join": ("select key, x.* from profiles join '{secret}' as x on true", "sql-unknown-relation"),
    "file in a subquery": ("select key, (select count(*) from '{secret}') as n from profiles", "sql-unknown-relation"),
    "file behind exists": ("select key, 1 as n from profiles where exists (from '{secret}')", "sql-unknown-relation"),
    "file in a union": ("select key, 'x' as n from profiles union all from '{secret}'", "sql-unknown-relation"),
    "file with `table`": ('table "{secret}"', "sql-unknown-relation"),
    "file in an order": ("select key, 1 as n from profiles order by (select max(s) from '{secret}')", "sql-unknown-relation"),
    "file in a limit": ("select key, 1 as n from profiles limit (select count(*) from '{secret}')", "sql-unknown-relation"),
    "file in a window": ("select key, sum((select count(*) from '{secret}')) over () as n from profiles", "sql-unknown-relation"),
    "file in a lateral join": ("select key, n from profiles, lateral (select count(*) as n from '{secret}')", "sql-unknown-relation"),
    "file in a lambda": ("select key, list_transform([1], lambda x: (select max(s) from '{secret}')) as n from profiles", "sql-unknown-relation"),
    "store file": ("select 'a' as key, * from '.audcli/store.duckdb'", "sql-unknown-relation"),
    # names that shadow
    "table expression read where it is not": (
        'select key, (with "{secret}" as (select 1 as n) select n from "{secret}") as n from profiles, "{secret}"',
        "sql-unknown-relation",
    ),
    "table expression that reads its own name": ('with "{secret}" as (from "{secret}") select \'a\' as key, * from "{secret}"', "sql-unknown-relation"),
    "recursion that begins with its own name": (
        'with recursive "{secret}" as (from "{secret}" union all from "{secret}") select \'a\' as key, * from "{secret}"',
        "sql-unknown-relation",
    ),
    "table expression read before it": ('with a as (from "{secret}"), "{secret}" as (select 1) select \'a\' as key, * from a', "sql-unknown-relation"),
    "schema before a shadowed name": ("with tables as (select 1 as key) select key, 1 as n from information_schema.tables", "sql-qualified-name"),
    # functions that read
    "read_csv": ("select 'a' as key, * from read_csv('{secret}')", "sql-unknown-function"),
    "read_text": ("select 'a' as key, content from read_text('{secret}')", "sql-unknown-function"),
    "read_blob": ("select 'a' as key, content from read_blob('{secret}')", "sql-unknown-function"),
    "read_json": ("select 'a' as key, * from read_json('{secret}')", "sql-unknown-function"),
    "read_parquet": ("select 'a' as key, * from read_parquet('{secret}')", "sql-unknown-function"),
    "parquet_metadata": ("select 'a' as key, * from parquet_metadata('{secret}')", "sql-unknown-function"),
    "read_duckdb": ("select 'a' as key, * from read_duckdb('{folder}/.audcli/store.duckdb')", "sql-unknown-function"),
    "glob": ("select file as key, 1 as n from glob('{folder}/*')", "sql-unknown-function"),
    "sniff_csv": ("select 'a' as key, * from sniff_csv('{secret}')", "sql-unknown-function"),
    "function in capitals": ("select 'a' as key, * from READ_CSV('{secret}')", "sql-unknown-function"),
    "function in quotes": ("select 'a' as key, * from \"read_csv\"('{secret}')", "sql-unknown-function"),
    "function behind a schema": ("select 'a' as key, * from system.main.read_csv('{secret}')", "sql-qualified-name"),
    "function behind a comment": ("select 'a' as key, * from read_csv/**/('{secret}')", "sql-unknown-function"),
    "scan of an address": ("select 'a' as key, * from arrow_scan(1, 2, 3)", "sql-unknown-function"),
    "scan of an object": ("select 'a' as key, * from pandas_scan(140000000000000)", "sql-unknown-function"),
    "scan of a variable of Python": ("select 'a' as key, * from sys", "sql-unknown-relation"),
    # queries in queries
    "query": ("select 'a' as key, * from query('select * from read_text(''{secret}'')')", "sql-unknown-function"),
    "query_table": ("select 'a' as key, * from query_table('{secret}')", "sql-unknown-function"),
    "serialized statement": ("select 'a' as key, * from json_execute_serialized_sql(json_serialize_sql('select 1'))", "sql-unknown-function"),
    "function by its name": ("select key, list_aggregate([1], 'sum') as n from profiles", "sql-unknown-function"),
    # environment, settings, catalogue
    "getenv": ("select key, getenv('SECRET') as n from profiles", "sql-unknown-function"),
    "getenv as a method": ("select key, 'SECRET'.getenv() as n from profiles", "sql-unknown-function"),
    "method of a column": ("select key, key.getenv() as n from profiles", "sql-qualified-name"),
    "current_setting": ("select key, current_setting('temp_directory') as n from profiles", "sql-unknown-function"),
    "getvariable": ("select key, getvariable('x') as n from profiles", "sql-unknown-function"),
    "settings": ("select name as key, value as n from duckdb_settings()", "sql-unknown-function"),
    "secrets": ("select name as key, secret_string as n from duckdb_secrets()", "sql-unknown-function"),
    "tables": ("select table_name as key, 1 as n from duckdb_tables()", "sql-unknown-function"),
    "hidden table": ("select 'a' as key, * from hidden.events", "sql-qualified-name"),
    "hidden table with its catalogue": ("select 'a' as key, * from memory.hidden.events", "sql-qualified-name"),
    "hidden table in quotes": ("select 'a' as key, * from \"hidden.events\"", "sql-unknown-relation"),
    "information schema": ("select table_name as key, 1 as n from information_schema.tables", "sql-qualified-name"),
    "catalogue of Postgres": ("select relname as key, 1 as n from pg_catalog.pg_class", "sql-qualified-name"),
    "bare name of the catalogue": ("select relname as key, 1 as n from pg_class", "sql-unknown-relation"),
    "master table": ("select name as key, 1 as n from sqlite_master", "sql-unknown-relation"),
    "show": ("select name as key, 1 as n from (show tables)", "sql-not-allowed"),
    "describe": ("select column_name as key, 1 as n from (describe events)", "sql-not-allowed"),
    "summarize": ("select column_name as key, 1 as n from (summarize events)", "sql-not-allowed"),
    "version": ("select key, version() as n from profiles", "sql-unknown-function"),
    "user without brackets": ("select key, user as n from profiles", "sql-unknown-function"),
    "current_schema without brackets": ("select key, current_schema as n from profiles", "sql-unknown-function"),
    "current query": ("select key, current_query() as n from profiles", "sql-unknown-function"),
    "row numbers": ("select rowid as key, 1 as n from events", "sql-does-not-fit"),
    # clock and randomness
    "now": ("select key, now() as n from profiles", "sql-unknown-function"),
    "current_timestamp": ("select key, current_timestamp as n from profiles", "sql-unknown-function"),
    "current_date in quotes": ('select key, "current_date" as n from profiles', "sql-unknown-function"),
    "current_date in capitals": ("select key, CURRENT_DATE as n from profiles", "sql-unknown-function"),
    "clock in try": ("select key, try(current_time) as n from profiles", "sql-unknown-function"),
    "localtime": ("select key, localtime as n from profiles", "sql-unknown-function"),
    "today": ("select key, today() as n from profiles", "sql-unknown-function"),
    "age up to now": ("select key, age(first_seen) as n from profiles", "sql-unknown-function"),
    "transaction time": ("select key, transaction_timestamp() as n from profiles", "sql-unknown-function"),
    "random": ("select key, random() as n from profiles", "sql-unknown-function"),
    "uuid": ("select key, uuid() as n from profiles", "sql-unknown-function"),
    "random quantile": ("select 'a' as key, reservoir_quantile(1, 0.5) as n from profiles", "sql-unknown-function"),
    "sample": ("select key, 1 as n from profiles tablesample 10%", "sql-not-allowed"),
    "sample of a query": ("select key, 1 as n from profiles using sample 3 rows", "sql-not-allowed"),
    "clock in an interval": ("select key, interval (random()) day as n from profiles", "sql-unknown-function"),
    "clock in a filter": ("select 'a' as key, count(*) filter (where now() > first_seen) as n from profiles", "sql-unknown-function"),
    "clock in a type": ("select key, 1::decimal((random() * 10)::int, 2) as n from profiles", "sql-not-readable"),
    "clock in a named argument": ("select key, struct_pack(a := now()) as n from profiles", "sql-unknown-function"),
    "clock behind replace": ("select * replace (random() as known) from profiles", "sql-unknown-function"),
    "clock behind columns": ("select key, columns(lambda c: random() > 0.5) from profiles", "sql-unknown-function"),
    "clock in an older table": ("select key, 1 as n from profiles at (timestamp => now())", "sql-not-allowed"),
    "sleep": ("select key, sleep_ms(100000) as n from profiles", "sql-unknown-function"),
    "sequence": ("select key, nextval('s') as n from profiles", "sql-unknown-function"),
    "log": ("select key, write_log('x') as n from profiles", "sql-unknown-function"),
    # other statements
    "copy": ("copy (select 1) to '{folder}/out.csv'", "sql-not-a-select"),
    "attach": ("attach '{folder}/.audcli/store.duckdb' as s", "sql-not-a-select"),
    "install": ("install httpfs", "sql-not-a-select"),
    "load": ("load httpfs", "sql-not-a-select"),
    "set": ("set enable_external_access = true", "sql-not-a-select"),
    "pragma": ("pragma database_list", "sql-not-a-select"),
    "create": ("create table t as select 1", "sql-not-a-select"),
    "macro": ("create macro as_of() as 1", "sql-not-a-select"),
    "insert": ("insert into events values (1)", "sql-not-a-select"),
    "delete": ("delete from profiles", "sql-not-a-select"),
    "drop": ("drop view events", "sql-not-a-select"),
    "export": ("export database '{folder}/out'", "sql-not-a-select"),
    "prepare": ("prepare p as select 1", "sql-not-a-select"),
    "execute": ("execute p", "sql-not-a-select"),
    "call": ("call pragma_version()", "sql-not-a-select"),
    "explain": ("explain analyze select 1", "sql-not-a-select"),
    "second statement": ("select key, 1 as n from profiles; copy (select 1) to '{folder}/out.csv'", "sql-not-a-select"),
    "second select": ("select key, 1 as n from profiles; select 1", "sql-several-statements"),
    "out of brackets": ("select key, 1 as n from profiles) to '{folder}/out.csv' --", "sql-not-readable"),
    "no statement": ("-- nothing", "sql-not-a-select"),
    "end of text": ("select key, 1 as n from profiles\0; drop view events", "sql-not-readable"),
    "open comment": ("select key, 1 as n from profiles /*", "sql-not-readable"),
    # what is not known
    "parameter": ("select key, $1 as n from profiles", "sql-not-allowed"),
    "named parameter": ("select key, $secret as n from profiles", "sql-not-allowed"),
    "default": ("select key, default as n from profiles", "sql-not-allowed"),
    "pivot": ("from profiles pivot (count(*) for known in (true))", "sql-not-allowed"),
    "type of the catalogue": ("select key, 1::regclass as n from profiles", "sql-not-allowed"),
    "type behind a schema": ("select key, 1::main.mine as n from profiles", "sql-qualified-name"),
    "writing in a table expression": ("with x as (delete from profiles returning *) select * from x", "sql-not-allowed"),
}  # fmt: skip

GOOD_QUERIES = """\
select a, b as c, count(*) filter (where d > 1) from events where e = 1 and f like 'x%' or not g in (1, 2)
group by all having count(*) > 1 order by h limit 3 offset 2;
(select distinct on (a) a from events order by b nulls first) union all by name select c from profiles;
with x(a) as materialized (select b from events), y as (select * from x) select * from y join x using (a);
with recursive r(n) as (select a from events union all select n + b from r where c) select * from r;
select * from events e left join profiles p on e.key = p.key, lateral (select e.a) l(y), unnest(f) u(x);
select sum(a) over (partition by b order by c range between d preceding and e following exclude ties), lead(f,
1, g) over w, first_value(h ignore nulls) over () from events window w as (partition by i order by j);
select case when a then b else c end, case d when e then f end, g between h and i, j is null, k in (select l
from events), m = any (select n from profiles), exists (select o from accounts), (select p from identifiers);
select cast(a as decimal(10, 2)), b::struct(x int, y varchar[]), c[d:e], f.g.h, {'x': i}, [j], map {'k': k},
l->>'$.x', list_transform(m, lambda x: x + n), [o + 1 for o in p if q], r collate nocase, -s, t || u;
select columns(a), * exclude (b) replace (c as d) rename (e as f) from events qualify row_number() over (order
by g) = 1;
select string_agg(a, ',' order by b), list(distinct c), d at time zone 'UTC', interval (e) day, try(f) from
events group by grouping sets ((g), rollup (h));
select * from (values (a, b)) v(x, y), generate_series(1, c), json_each(d), (from account_users);
"""
"""Queries in which every expression is a place where an attack could stand."""
