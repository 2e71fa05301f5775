"""audcli: audiences as code, on your own machine.

    events.jsonl.gz ...                               audiences/**/*.yaml
        | ingest.ingest                                    | definitions.load
        v                                                  v
    accepted calls, rejects                           Definitions and Diagnostics
        |                                                  | plan.build
        v                                                  v
    Store (one DuckDB file)                           Plan: conditions resolved at one instant
        |                                                  | sql.compile_plan
        |                                                  v
        |                                             Script: named statements, no engine yet
        +------------------> engines.duckdb.run <----------+
                                   | members
                                   v
                              runs.commit: entered, exited, in one transaction
                                   |
                                   v
                              export.export_key: CSV

`audcli.pipeline` tells this story in code; `audcli.cli` is the only room that prints or reads the clock.
"""

__version__ = "0.1.0"
