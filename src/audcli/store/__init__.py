"""The one DuckDB file that holds everything: opened here, and nowhere else.

    open_store(path, write=False)
    memory_store()                 ->  Store  ->  .connection  .transaction()  .generation  .catalog()

`place` makes the folder and keeps it private, `refusals` turns the engine's complaints into words a user can act
upon, `shapes` writes the catalog into rows and reads it back.
"""

from audcli.store.place import STORE_FILE, queries_folder
from audcli.store.rewriting import rewrite_store
from audcli.store.shapes import read_catalog, write_shapes
from audcli.store.store import Store, memory_store, open_store

__all__ = [
    "STORE_FILE",
    "Store",
    "memory_store",
    "open_store",
    "queries_folder",
    "read_catalog",
    "rewrite_store",
    "write_shapes",
]
