"""Makes `audcli` quick to call many times: a server has everything imported and forks for each command.

    with serving(folder) as bin:           bin/audcli   passes its arguments, folder, environment and open files on,
        PATH=bin:$PATH audcli list                      and ends with the exit status of the process forked for it

Each command is a process of its own all the same; what is lost is its start, which tests/cli/test_start_up.py sees to.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LARGEST_CALL = 1 << 20
_CLIENT = """\
#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    call = [sys.argv[1:], os.getcwd(), dict(os.environ)]
    socket.send_fds(server, [json.dumps(call).encode()], [0, 1, 2])
    server.shutdown(socket.SHUT_WR)
    for descriptor in 0, 1, 2:
        os.close(descriptor)
    status = server.recv(1)
os._exit(status[0])
"""


@contextmanager
def serving(folder: Path) -> Iterator[Path]:
    """Serve until the block ends; gives the folder of the `audcli` to call."""
    address, client = folder / "socket", folder / "bin" / "audcli"
    client.parent.mkdir()
    client.write_text(_CLIENT.format(python=sys.executable, address=str(address)), "utf-8")
    client.chmod(0o755)
    server = [sys.executable, __file__, str(address)]
    with subprocess.Popen(server, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        try:
            yield client.parent
        finally:
            process.terminate()


def _serve(address: str) -> None:
    import rich.table  # noqa: F401

    from audcli import (  # noqa: F401
        __main__,
        export,
        ingest,
        listing,
        scaffold,
    )
    from audcli.cli import app  # noqa: F401

    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        os.write(1, b"ready\n")
        while True:
            connection, _ = server.accept()
            if os.fork() == 0:
                server.close()
                _answer(connection)
            connection.close()


def _answer(connection: socket.socket) -> None:
    """Fork the command, and tell how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    call, files, _, _ = socket.recv_fds(connection, _LARGEST_CALL, 3)
    while piece := connection.recv(_LARGEST_CALL):
        call += piece
    for descriptor, file in enumerate(files):
        os.dup2(file, descriptor)
        os.close(file)
    command = os.fork()
    if command == 0:
        connection.close()
        _run(*json.loads(call))
    for descriptor in range(3):
        os.close(descriptor)
    _, status = os.waitpid(command, 0)
    connection.send(bytes([os.waitstatus_to_exitcode(status) & 255]))
    os._exit(0)


def _run(arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    from audcli.__main__ import main

    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["audcli", *arguments]
    sys.stdin, sys.stdout = open(0), open(1, "w")  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1)  # noqa: SIM115
    status = 1
    try:
        main()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    _serve(sys.argv[1])
