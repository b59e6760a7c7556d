"""Calls go to the address that was checked, and the name stays what TLS and the server are told."""

import datetime as dt
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from accounts.outgoing import BoundedTransport, CheckedTransport, NotPublic, addresses_of, open_client
from accounts.outgoing.addresses import is_public
from tests.resolving import resolve

INSIDE = [
    "0.0.0.0",  # noqa: S104
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.9",
    "192.0.2.1",
    "192.31.196.1",
    "192.52.193.1",
    "192.88.99.1",
    "192.168.0.1",
    "192.175.48.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::10.0.0.1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:2::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2606:4700::5efe:10.0.0.1",
    "2606:4700::200:5efe:10.0.0.1",
    "2620:4f:8000::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00::1",
    "fe80::1",
    "fe80::1%1",
    "fec0::1",
    "ff02::1",
]
OUTSIDE = ["1.1.1.1", "8.8.8.8", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1", "2606:4700:4700::1111"]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_or_of_a_special_range_is_not_public(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_of_the_internet_is_public(address):
    assert is_public(ip_address(address))


def teredo(server: IPv4Address, client: IPv4Address) -> IPv6Address:
    return IPv6Address((0x2001_0000 << 96) | (int(server) << 64) | (int(client) ^ 0xFFFF_FFFF))


@settings(deadline=None)
@given(st.ip_addresses(v=4), st.integers(0, 2**80 - 1))
@example(IPv4Address("169.254.169.254"), 1)
@example(IPv4Address("192.88.99.1"), 0)
@example(IPv4Address("9.9.9.9"), 1)
def test_what_carries_an_ipv4_address_is_judged_as_that_one(address, rest):
    number, public = int(address), IPv4Address("8.8.8.8")
    forms = [
        IPv6Address(number),
        IPv6Address((0xFFFF << 32) | number),
        IPv6Address((0x64_FF9B << 96) | number),
        IPv6Address((0x2002 << 112) | (number << 80) | rest),
        teredo(address, public),
        teredo(public, address),
    ]
    assert {is_public(form) for form in forms} == {is_public(address)}


def test_one_address_inside_among_several_refuses_the_name(monkeypatch):
    resolve(monkeypatch, models_example=[["1.1.1.1", "10.0.0.1"], ["1.1.1.1", "1.0.0.1", "1.1.1.1"]])
    with pytest.raises(NotPublic, match=r"models\.example is not a public address"):
        addresses_of("models.example", 443, may_lie_inside=False)
    assert addresses_of("models.example", 443, may_lie_inside=False) == ["1.1.1.1", "1.0.0.1"]


@dataclass
class Server:
    """A real TLS server. Says what it was told."""

    port: int = 0
    names: list[str | None] = field(default_factory=list)  # of TLS
    hosts: list[str] = field(default_factory=list)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """At models.example, with a certificate that this process trusts."""
    told = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.hosts.append(self.headers["Host"])
            self.send_response(302 if self.path == "/elsewhere" else 200)
            self.send_header("Location", f"https://inside.example:{told.port}/")
            self.end_headers()
            self.wfile.write(b"x" * 1000)

        def log_message(self, *arguments: object) -> None: ...

    authority, chain = make_certificates(tmp_path, "models.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    context.sni_callback = lambda _socket, name, _context: told.names.append(name)
    http = HTTPServer(("127.0.0.1", 0), Handler)
    http.handle_error = lambda *_given: None  # type: ignore[method-assign]  # a client that likes no certificate hangs up
    http.socket = context.wrap_socket(http.socket, server_side=True)
    told.port = http.server_port
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield told
    http.shutdown()
    http.server_close()
    thread.join(5)


def make_certificates(folder: Path, name: str) -> tuple[Path, Path]:
    """An authority of its own, and the key and certificate it gave to the name."""
    now = dt.datetime.now(dt.UTC)
    authority, server = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))

    def certificate(subject: str, key: ec.EllipticCurvePrivateKey, *extensions: x509.ExtensionType) -> bytes:
        issuer, named = (
            x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, each)]) for each in ("An authority", subject)
        )
        builder = x509.CertificateBuilder(issuer, named, key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now - dt.timedelta(hours=1)).not_valid_after(now + dt.timedelta(hours=1))
        for extension in extensions:
            builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        return builder.sign(authority, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    is_authority = x509.BasicConstraints(ca=True, path_length=None)
    may = dict.fromkeys(("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"), False)
    may |= dict.fromkeys(("key_agreement", "crl_sign", "encipher_only", "decipher_only"), False)
    usage = x509.KeyUsage(key_cert_sign=True, **may)
    identifier = x509.SubjectKeyIdentifier.from_public_key(authority.public_key())
    signed_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())
    pem, private = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    key = server.private_bytes(pem, private, serialization.NoEncryption())
    trusted, chain = folder / "authority.pem", folder / "chain.pem"
    trusted.write_bytes(certificate("An authority", authority, is_authority, usage, identifier))
    chain.write_bytes(key + certificate(name, server, x509.SubjectAlternativeName([x509.DNSName(name)]), signed_by))
    return trusted, chain


def test_the_server_is_named_in_tls_and_host_and_reached_at_the_address(server, monkeypatch):
    resolver = resolve(monkeypatch, models_example=[["127.0.0.1"], ["203.0.113.1"]])
    with open_client(CheckedTransport(may_lie_inside=True), timeout=5) as client:
        assert client.get(f"https://models.example:{server.port}/").status_code == 200
    assert (server.names, server.hosts) == (["models.example"], [f"models.example:{server.port}"])
    assert resolver.asked["models.example"] == 1


def test_a_certificate_for_another_name_is_refused(server, monkeypatch):
    resolve(monkeypatch, other_example=[["127.0.0.1"]])
    with open_client(CheckedTransport(may_lie_inside=True), timeout=5) as client, pytest.raises(httpx2.ConnectError):
        client.get(f"https://other.example:{server.port}/")
    assert not server.hosts


def test_the_next_address_is_tried_where_the_first_does_not_answer(server, monkeypatch):
    resolve(monkeypatch, models_example=[["127.0.0.2", "127.0.0.1"]])
    with open_client(CheckedTransport(may_lie_inside=True), timeout=5) as client:
        assert client.get(f"https://models.example:{server.port}/").status_code == 200


def test_nothing_is_sent_to_an_address_inside(server, monkeypatch):
    resolve(monkeypatch, models_example=[["127.0.0.1"]])
    with open_client(CheckedTransport(may_lie_inside=False), timeout=5) as client, pytest.raises(NotPublic):
        client.get(f"https://models.example:{server.port}/")
    assert not server.names


def test_a_redirect_is_not_followed_and_would_be_checked(server, monkeypatch):
    resolve(monkeypatch, models_example=[["127.0.0.1"]], inside_example=[["127.0.0.1"]])
    with open_client(CheckedTransport(may_lie_inside=True), timeout=5) as client:
        assert client.get(f"https://models.example:{server.port}/elsewhere").status_code == 302
    assert server.names == ["models.example"]


def test_no_proxy_of_the_environment_is_used(server, monkeypatch):
    for name in ("HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    resolve(monkeypatch, models_example=[["127.0.0.1"]])
    with open_client(CheckedTransport(may_lie_inside=True), timeout=5) as client:
        assert client.get(f"https://models.example:{server.port}/").status_code == 200


def test_an_answer_without_end_is_cut_off(server, monkeypatch):
    resolve(monkeypatch, models_example=[["127.0.0.1"]])
    bounded = BoundedTransport(seconds=5, most_bytes=999, may_lie_inside=True)
    with open_client(bounded, timeout=5) as client, pytest.raises(httpx2.RemoteProtocolError):
        client.get(f"https://models.example:{server.port}/")
