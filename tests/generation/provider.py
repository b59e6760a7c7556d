"""A real HTTP server standing in for a provider, with faults on demand. Threads, standard library only."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ANSWER = "Boil the pasta for nine minutes."


@dataclass
class Reply:
    text: str = ANSWER
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    finish_reason: str = "stop"
    seconds: float = 0.0
    drip_seconds: float = 0.0  # between single bytes of the body
    body: bytes | None = None
    hangs_up: bool = False


type Script = Callable[[dict[str, Any], int], Reply]


@dataclass
class Provider:
    """``script`` gets the request and its number (from 0) and says what to answer."""

    script: Script = lambda request, number: Reply()
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    embedding_size: int = 0  # 0: it knows no embeddings
    url: str = ""
    open_calls: int = 0
    most_open: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


@contextlib.contextmanager
def running() -> Iterator[Provider]:
    provider = Provider()
    server = _Server(("127.0.0.1", 0), _handler(provider))
    provider.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed hangs up; that is what these tests do."""


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with provider.lock:
                number = len(provider.requests)
                provider.requests.append(request)
                provider.paths.append(self.path)
                provider.keys.append(self.headers.get("Authorization", ""))
                provider.open_calls += 1
                provider.most_open = max(provider.most_open, provider.open_calls)
            try:
                self._answer(_reply(provider, self.path, request, number), request)
            finally:
                with provider.lock:
                    provider.open_calls -= 1

        def _answer(self, reply: Reply, request: dict[str, Any]) -> None:
            time.sleep(reply.seconds)
            if reply.hangs_up:
                self.close_connection = True
                return
            body = reply.body if reply.body is not None else _completion(reply, request)
            self.send_response(reply.status)
            for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if not reply.drip_seconds:
                self.wfile.write(body)
                return
            for byte in body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(reply.drip_seconds)

        def log_message(self, *args: Any) -> None:
            """The tests' own output is enough."""

    return Handler


def _completion(reply: Reply, request: dict[str, Any]) -> bytes:
    if reply.status != 200:
        return json.dumps({"error": {"message": reply.text}}).encode()
    return json.dumps(
        {
            "id": "call",
            "object": "chat.completion",
            "created": 0,
            "model": f"{request['model']}-2026-11-01",
            "choices": [
                {
                    "index": 0,
                    "finish_reason": reply.finish_reason,
                    "message": {"role": "assistant", "content": reply.text},
                }
            ],
            "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
        }
    ).encode()


def _reply(provider: Provider, path: str, request: dict[str, Any], number: int) -> Reply:
    if path.endswith("/embeddings"):
        return _embeddings(request, provider.embedding_size)
    return provider.script(request, number)


def _embeddings(request: dict[str, Any], size: int) -> Reply:
    if not size:
        return Reply("unknown path", status=404)
    rows = [
        {"object": "embedding", "index": number, "embedding": [float(len(text)), *[0.5] * (size - 1)]}
        for number, text in enumerate(request["input"])
    ]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    body = {"object": "list", "model": request["model"], "data": rows, "usage": usage}
    return Reply(body=json.dumps(body).encode())


def extraction(*attributes: dict[str, Any]) -> str:
    return json.dumps({"attributes": list(attributes)})


def attribute(
    text: str, quote: str, *, confidence: float = 0.9, conversation: int = 1, turn: int = 0
) -> dict[str, Any]:
    evidence = [{"conversation": conversation, "turn": turn, "quote": quote}]
    return {"text": text, "reason": "It was said.", "confidence": confidence, "evidence": evidence}
