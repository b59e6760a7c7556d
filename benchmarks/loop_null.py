"""A server that does nothing: the ceiling of the harness. ``loop_null.py PORT FOLDER``; see benchmarks/loop_servers.py."""

import asyncio
import sys
from pathlib import Path


class Answers(asyncio.Protocol):
    def __init__(self, given: dict[bytes, bytes]) -> None:
        self.given, self.received = given, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        self.received = b""
        answer = self.given[head.split(b" ", 1)[0]]
        assert isinstance(self.transport, asyncio.Transport)  # noqa: S101 - of a socket it is one
        self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)


def _length(head: bytes) -> int:
    _before, found, after = head.lower().partition(b"content-length:")
    return int(after.split(b"\r\n", 1)[0]) if found else 0


async def main(port: int, folder: Path) -> None:
    given = {name: (folder / name.decode()).read_bytes() for name in (b"GET", b"POST")}
    server = await asyncio.get_running_loop().create_server(lambda: Answers(given), "127.0.0.1", port, backlog=512)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))
