"""SQL traits: a query of a definition, run in a process of its own that can read views and sources and nothing else.

    sql: select group_id, count(*) as open_tickets from tickets group by group_id
        | sandbox.describe              the statement is checked (statement, functions), its columns named (shape)
        | sandbox.Sandbox.run           the views (views) and sources (sources) go in, rows come out as JSON (values)
        v
    results.store_rows                  group_id "acme" -> account 7, refused or skipped where the contract says so

There are two walls, each of which is to hold without the other. `statement` and `functions` check the tree that the
engine itself parsed against lists of what is allowed. `worker` is a process without the environment, the store or any
open file of ours, whose engine has its doors locked before it meets a query, and which is killed past its time.
"""
