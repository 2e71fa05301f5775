"""Takes the latest run back: the ledger is then what it was before that run, to the row.

runs 1, 2, 3   ->   runs 1, 2; who entered in run 3 never did, and who exited in it is still in
"""

from __future__ import annotations

import duckdb

from audcli.errors import AudcliError

_TAKE_BACK = """
    delete from memberships where entered_run = $run;
    update memberships set exited_run = null, exit_reason = null where exited_run = $run;
    delete from trait_values where since_run = $run;
    update trait_values set until_run = null where until_run = $run;
    delete from account_links where since_run = $run;
    update account_links set until_run = null where until_run = $run;
    delete from trait_names where since_run = $run;
    delete from results where run = $run;
    delete from run_inputs where run = $run;
    delete from runs where run = $run;
    delete from definitions where definition not in (select definition from results);
    delete from definition_texts where digest not in (select text_digest from results)"""


def drop_latest(connection: duckdb.DuckDBPyConnection) -> int:
    """Take the latest run back, within the caller's transaction; gives its number. Raises `AudcliError` without one."""
    [(run,)] = connection.execute("select max(run) from runs").fetchall()
    if run is None:
        raise AudcliError("there is no run to take back")
    for statement in _TAKE_BACK.split(";"):
        connection.execute(statement.replace("$run", f"{run:d}"))
    return int(run)
