"""Opening the store, and what an open store offers.

with open_store(project / STORE_FILE, write=True, create=True) as store:
    with store.transaction():
        store.connection.execute("...")
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType

import duckdb

from audcli.catalog import Catalog, Seen
from audcli.errors import StoreInUse, UsageError
from audcli.store import refusals
from audcli.store.place import prepare_folder, private_files, remove_left_overs, spill_folder
from audcli.store.shapes import read_catalog
from audcli.tables import SCHEMA, SCHEMA_VERSION, SLICE, WORK

_DEFAULT_MEMORY_LIMIT = "60%"
_POLL_SECONDS = 0.1
_GATHERING_TASKS = 100
_MEMORY_LIMIT = re.compile(r"\s*(\d+(\.\d+)?\s*[KMGT]i?B|[1-9]\d?%|100%)\s*", re.IGNORECASE)


def open_store(
    path: Path,
    *,
    write: bool,
    wait: float = 0,
    memory_limit: str | None = None,
    threads: int | None = None,
    create: bool = False,
) -> Store:
    """Open the store at `path`, waiting up to `wait` seconds for another process to let go of it.

    Several processes may have it open for reading, one alone for writing. `memory_limit` is a size such as `4GB` or
    a percentage of the machine (default 60%), `threads` the number of cores to use (default: all). `create` makes a
    store where there is none, which needs `write`.

    Raises `StoreInUse` when another process holds it, `UsageError` for a wrong limit, and `AudcliError` when there is
    no store, when the file is damaged or no store, or when its layout is that of another audcli.
    """
    settings = connection_settings(path, memory_limit, threads)
    if create:
        try:
            _create(path, settings)
        except OSError as error:
            raise refusals.not_made(path, error) from error
        except duckdb.Error as error:
            raise refusals.refusal(error, path) from error
    if not path.exists():
        raise refusals.missing(path)
    deadline = time.monotonic() + wait
    while True:
        try:
            return _open(path, write, settings)
        except StoreInUse:
            if time.monotonic() >= deadline:
                raise
            time.sleep(_POLL_SECONDS)


def memory_store() -> Store:
    """Make an empty store that is in memory alone, and gone when it is closed. It uses one core: it is for little."""
    with ExitStack() as resources:
        connection = resources.enter_context(duckdb.connect(":memory:", config={"threads": 1}))
        _attach_work(connection)
        _set_up(connection)
        connection.execute(f"{SCHEMA} insert into store_state values ({SCHEMA_VERSION}, 0, 0)")
        return Store(connection, Path(":memory:"), resources.pop_all())
    raise AssertionError("unreachable")


class Store:
    """An open store: a connection, one transaction at a time, and what changes with every ingest."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path, resources: ExitStack) -> None:
        """Take an open connection, and what is to be undone when the store is closed."""
        self.connection = connection
        self.path = path
        self._resources = resources

    def another_connection(self) -> duckdb.DuckDBPyConnection:
        """Open one more connection to the store and what is beside it; temporary tables are not seen from there."""
        connection = self.connection.cursor()
        _set_up(connection)
        return connection

    @property
    def threads(self) -> int:
        """The number of cores that the engine may use."""
        [(threads,)] = self.connection.execute("select current_setting('threads')").fetchall()
        return int(threads)

    @property
    def generation(self) -> int:
        """The number of ingests that have stored something."""
        [(generation,)] = self.connection.execute("select generation from store_state").fetchall()
        return int(generation)

    def catalog(self) -> Catalog:
        """Rebuild what the store has seen of every call."""
        return read_catalog(self.connection)

    def seen(self) -> Seen | None:
        """Say what the store has seen altogether; None before the first call."""
        [(first_call,)] = self.connection.execute("select min(time) from calls").fetchall()
        if first_call is None:
            return None
        types = self.connection.execute("select distinct type from identifiers").fetchall()
        return Seen(self.catalog(), first_call, frozenset(type_ for (type_,) in types))

    @contextmanager
    def transaction(self, *, keep: bool = True, gathering: bool = False) -> Iterator[None]:
        """Do all of the block or nothing of it: committed at its end, rolled back when it raises.

        Without `keep` it is rolled back in any case: a rehearsal. Where the block changed anything, `gathering` puts
        together the many small row groups that as many small writings left in all tables.
        """
        self.connection.execute("begin transaction")
        try:
            yield
        except BaseException:
            self.connection.execute("rollback")
            raise
        if not keep:
            self.connection.execute("rollback")
        elif gathering:
            self.connection.execute(f"set max_vacuum_tasks = {_GATHERING_TASKS}; commit; checkpoint")
            self.connection.execute("set max_vacuum_tasks = 0")
        else:
            self.connection.execute("commit")

    def close(self) -> None:
        """Let go of the file; the store cannot be used any more."""
        self._resources.close()

    def __enter__(self) -> Store:
        """Give the store itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the store."""
        self.close()


Settings = dict[str, str | bool | int | float | list[str]]

_WRITING: Settings = {
    # Each writing leaves small row groups, and the engine would put six of 20,000 calls together as soon as it can,
    # which takes a second, as their properties are variants. It does so when told to (see Store.transaction).
    "max_vacuum_tasks": 0,
    # Properties of smaller row groups are not kept by column: at the usual 30,000 calls, a run over 24 ingests of
    # 20,000 that are not merged yet takes a third longer. To keep them so takes no longer.
    "variant_minimum_shredding_size": 2048,
    # What is larger goes straight into the file at its commit, and not into the log first: of 84 ms that commit and
    # close of 20,000 calls take, that saves 21. Smaller files of one command share their row groups.
    "checkpoint_threshold": "1MB",
}


def connection_settings(path: Path, memory_limit: str | None, threads: int | None) -> Settings:
    """Give the engine's settings for work on the store at `path`; raises `UsageError` for a wrong limit."""
    limit = memory_limit or _DEFAULT_MEMORY_LIMIT
    if not _MEMORY_LIMIT.fullmatch(limit):
        raise UsageError(f"`{limit}` is not a memory limit", hint="write a size such as `4GB`, or `60%` of the machine")
    if threads is not None and threads < 1:
        raise UsageError(f"`{threads}` is not a number of threads", hint="write a whole number from 1")
    settings: Settings = {
        "memory_limit": limit.strip(),
        "temp_directory": str(spill_folder(path)),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    return settings if threads is None else settings | {"threads": threads}


def _create(path: Path, settings: Settings) -> None:
    """Make an empty store beside its place and put it there whole, so that no half-made store is ever seen."""
    prepare_folder(path)
    if path.exists():
        return
    draft = path.with_name(f"{path.name}.new-{os.getpid()}")
    draft.unlink(missing_ok=True)
    with private_files():
        try:
            with duckdb.connect(str(draft), config=settings) as connection:
                connection.execute(f"begin; {SCHEMA} insert into store_state values ({SCHEMA_VERSION}, 0, 0); commit")
            _put_in_place(draft, path)
        finally:
            draft.unlink(missing_ok=True)


def _put_in_place(draft: Path, path: Path) -> None:
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass  # another process was faster, and its store is as good
    except OSError:  # a file system without hard links
        draft.rename(path)


def _open(path: Path, write: bool, settings: Settings) -> Store:
    with ExitStack() as resources:
        resources.enter_context(private_files())
        config = settings | _WRITING if write else settings
        try:
            connection = resources.enter_context(duckdb.connect(str(path), read_only=not write, config=config))
            _attach_work(connection)
            _set_up(connection)
            _check(connection, path)
        except duckdb.Error as error:
            raise refusals.refusal(error, path) from error
        if write:
            path.chmod(0o600)
            remove_left_overs(path)
        return Store(connection, path, resources.pop_all())
    raise AssertionError("unreachable")


def _attach_work(connection: duckdb.DuckDBPyConnection) -> None:
    [(store,)] = connection.execute("select current_database()").fetchall()
    if store.lower() in (WORK, SLICE):
        raise UsageError(f"a store cannot be named `{store}`", hint="give it another name by `store` in audcli.yaml")
    connection.execute(f"attach ':memory:' as {WORK} (read_write)")


def _set_up(connection: duckdb.DuckDBPyConnection) -> None:
    """Let times be UTC, keep the engine's own bar of progress off standard output, and find the tables of both."""
    [(store,)] = connection.execute("select current_database()").fetchall()
    connection.execute(
        f"""set TimeZone = 'UTC'; set enable_progress_bar = false; set search_path = '"{store}".main,{WORK}.main'"""
    )


def _check(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    try:
        versions = connection.execute("select schema_version from store_state").fetchall()
    except duckdb.CatalogException:
        raise refusals.foreign(path) from None
    if not versions:
        raise refusals.damaged(path)
    [(version,)] = versions
    if version > SCHEMA_VERSION:
        raise refusals.too_new(path, version, SCHEMA_VERSION)
    if version < SCHEMA_VERSION:
        raise refusals.too_old(path, version, SCHEMA_VERSION)
