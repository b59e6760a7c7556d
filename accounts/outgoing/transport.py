"""How calls go out: to the address that was checked, with the name in TLS and in ``Host``, and to no end bound."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

import httpcore2
import httpx2

from accounts.outgoing.addresses import addresses_of

_MOST_ADDRESSES = 4  # are tried one after the other, each for as long as a connection may take


def open_client(transport: "CheckedTransport", **options: Any) -> httpx2.Client:
    """A redirect would take keys elsewhere, a compressed answer could unpack to any size: neither is asked for."""
    return httpx2.Client(
        transport=transport,
        follow_redirects=False,
        trust_env=False,
        headers={"Accept-Encoding": "identity"},
        **options,
    )


class CheckedTransport(httpx2.HTTPTransport):
    """Looks a name up once for each connection, and connects to what it has checked. Knows no proxies.

    TLS is told the name, so a certificate is checked against it. A redirect that is followed comes by here too.
    ``may_lie_inside`` is for addresses that the operator chose.
    """

    def __init__(self, *, may_lie_inside: bool, most_connections: int = 10, most_kept: int = 5) -> None:
        # All that the parent does but for its pool, which takes no backend of ours.
        self._pool = httpcore2.ConnectionPool(
            ssl_context=httpx2.create_ssl_context(),
            max_connections=most_connections,
            max_keepalive_connections=most_kept,
            keepalive_expiry=5.0,
            network_backend=_CheckedBackend(may_lie_inside=may_lie_inside),
        )


class _CheckedBackend(httpcore2.NetworkBackend):
    def __init__(self, *, may_lie_inside: bool) -> None:
        self._may_lie_inside = may_lie_inside
        self._plain = httpcore2.SyncBackend()

    def connect_tcp(self, host: str, port: int, *given: Any, **options: Any) -> httpcore2.NetworkStream:
        *others, last = self._addresses(host, port)[:_MOST_ADDRESSES]
        for address in others:
            try:
                return self._plain.connect_tcp(address, port, *given, **options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue  # the last one's failure is told
        return self._plain.connect_tcp(last, port, *given, **options)

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        try:
            return addresses_of(host, port, may_lie_inside=self._may_lie_inside)
        except (OSError, ValueError) as error:
            raise httpcore2.ConnectError(f"{host} can't be resolved") from error


class BoundedTransport(CheckedTransport):
    """Ends an answer that drips for longer than the call may take, or that never stops."""

    def __init__(self, *, seconds: float, most_bytes: int, **options: Any) -> None:
        super().__init__(**options)
        self._seconds, self._most_bytes = seconds, most_bytes

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        deadline = time.monotonic() + self._seconds
        response = super().handle_request(request)
        if response.headers.get("content-encoding", "identity") != "identity":
            response.close()
            raise httpx2.RemoteProtocolError("a compressed answer was not asked for", request=request)
        if isinstance(response.stream, httpx2.SyncByteStream):
            response.stream = _BoundedStream(response.stream, request, deadline, self._most_bytes)
        return response


class _BoundedStream(httpx2.SyncByteStream):
    def __init__(
        self, stream: httpx2.SyncByteStream, request: httpx2.Request, deadline: float, most_bytes: int
    ) -> None:
        self._stream, self._request, self._deadline, self._most_bytes = stream, request, deadline, most_bytes

    def __iter__(self) -> Iterator[bytes]:
        received = 0
        for part in self._stream:
            received += len(part)
            if time.monotonic() > self._deadline:
                raise httpx2.ReadTimeout("the answer dripped for too long", request=self._request)
            if received > self._most_bytes:
                raise httpx2.RemoteProtocolError("the answer is too large", request=self._request)
            yield part

    def close(self) -> None:
        self._stream.close()
