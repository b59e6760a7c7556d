"""A bad connection: a real HTTP proxy between a browser and the server that fails as it is told."""

import http.client
import threading
import time
from collections.abc import Callable
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.patience import PATIENCE

BUSY_SECONDS = 2
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


class Fault(Enum):
    NONE = auto()
    ERROR = auto()  # 500, and the server never hears of it
    BUSY = auto()  # 503 that asks to come back after two seconds, and the server never hears of it
    DROPPED = auto()  # the connection breaks before the request arrived
    LOST = auto()  # the request was carried out, its answer is lost
    TWICE = auto()  # the request arrives twice; the second answer comes back
    HELD = auto()  # the request waits until ``release`` and its sender gives up meanwhile


class FaultProxy:
    """``decide`` is asked for each request (method, path) and says what goes wrong with it."""

    def __init__(self, upstream: str) -> None:
        self.upstream = urlsplit(upstream)
        self.decide: Callable[[str, str], Fault] = lambda method, path: Fault.NONE
        self.delay_seconds: Callable[[], float] = lambda: 0.0
        self.held: list[Callable[[], object]] = []
        self.seen: list[tuple[str, str, Fault]] = []
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.0"

            def do_GET(self) -> None:
                proxy.serve(self)

            do_POST = do_GET  # noqa: N815 - the names are given

            def log_message(self, *arguments: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, request: object, client_address: object) -> None:
                """Browsers hang up; that is no news here."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def release(self) -> None:
        """What was held arrives now, in the order in which it was sent."""
        while self.held:
            self.held.pop(0)()

    def serve(self, asked: BaseHTTPRequestHandler) -> None:
        body = asked.rfile.read(int(asked.headers.get("Content-Length") or 0))
        fault = self.decide(asked.command, asked.path)
        self.seen.append((asked.command, asked.path, fault))
        time.sleep(self.delay_seconds())
        if fault in {Fault.ERROR, Fault.BUSY}:
            return self._refuse(asked, fault)
        if fault is Fault.DROPPED:
            return self._hang_up(asked)
        if fault is Fault.HELD:
            self.held.append(lambda: self._forward(asked, body))
            return self._hang_up(asked)
        if fault is Fault.TWICE:
            self._forward(asked, body)
        status, headers, content = self._forward(asked, body)
        if fault is Fault.LOST:
            return self._hang_up(asked)
        asked.send_response_only(status)
        for name, value in headers:
            if name.lower() not in _HOP:
                asked.send_header(name, value)
        asked.send_header("Content-Length", str(len(content)))
        asked.end_headers()
        asked.wfile.write(content)
        return None

    def _refuse(self, asked: BaseHTTPRequestHandler, fault: Fault) -> None:
        asked.send_response(503 if fault is Fault.BUSY else 500)
        if fault is Fault.BUSY:
            asked.send_header("Retry-After", str(BUSY_SECONDS))
        asked.send_header("Content-Length", "0")
        asked.end_headers()

    def _hang_up(self, asked: BaseHTTPRequestHandler) -> None:
        asked.close_connection = True

    def _forward(self, asked: BaseHTTPRequestHandler, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        """The request goes on under the name the browser knows, so that cookies and origins fit."""
        connection = http.client.HTTPConnection(self.upstream.hostname or "", self.upstream.port, timeout=PATIENCE)
        headers = {name: value for name, value in asked.headers.items() if name.lower() not in _HOP}
        try:
            connection.request(asked.command, asked.path, body or None, headers | {"Connection": "close"})
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        except (OSError, http.client.HTTPException):
            return 502, [], b""
        finally:
            connection.close()
