"""A second crowd platform that can be told, as its two modules would make it, and a server in its place."""

import hmac
import json
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from judgments.crowd.platforms.base import CrowdPlatform, PlatformApi, Prepared
from judgments.crowd.platforms.calling import PlatformService
from judgments.enums import ActKind
from raters.models import Arrival, EntryLink
from raters.platforms.base import ArrivalPlatform, ForgedEvent, Hook, Signature, StatusEvent, TokenRefused

NAME = "beacon"
SECRET = "what Beacon signs with"


def signature_of(text: str) -> str:
    return hmac.digest(SECRET.encode(), text.encode(), "sha256").hex()


def _check(link: EntryLink, parameters: Mapping[str, str]) -> None:
    if parameters.get("seal") != signature_of(parameters[link.person_parameter]):
        raise TokenRefused


def _read(*, secret: str, body: bytes, headers: Mapping[str, str], now: datetime) -> StatusEvent:
    if headers.get("X-Beacon") != signature_of(body.decode()):
        raise ForgedEvent
    event = json.loads(body)
    return StatusEvent(f"beacon-{event['number']}", "visit", event["visit"], event["state"], now)


ARRIVING = ArrivalPlatform(
    name=NAME,
    short_name="Beacon",
    address_words="Give this to Beacon.",
    fixed={
        "person_parameter": "who",
        "study_parameter": "",
        "session_parameter": "visit",
        "return_address": "https://beacon.example/back/{code}",
    },
    placeholder="<{}>".format,
    signature=Signature(_check, "Beacon seals by itself."),
    hook=Hook(secret=lambda: SECRET, read=_read, given_back=frozenset({"gone"})),
)


class Server(ThreadingHTTPServer):
    """Takes whatever it is told, and keeps it."""

    def __init__(self) -> None:
        self.told: list[tuple[str, object, str]] = []
        served = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"null")
                served.told.append((self.path, body, self.headers["X-Key"]))
                content = b'{"id": "bonus-1"}'
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: object) -> None: ...

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def crowd_platform(self) -> CrowdPlatform:
        """Beacon, told here."""
        service = PlatformService(
            called="Beacon",
            address=lambda: f"http://127.0.0.1:{self.server_port}",
            may_lie_inside=lambda address: True,
            headers=lambda token: {"X-Key": token},
            refusals={},
        )

        def approve(*, token: str, submissions: Sequence[str]) -> None:
            service.post(token, "/pay", {"visits": list(submissions)})

        def screen_out(*, token: str, submission: str, code: str) -> None:
            service.post(token, "/end", {"visit": submission, "code": code})

        def prepare(*, token: str, platform_study_id: str, amounts: Sequence[tuple[str, Decimal]]) -> Prepared:
            body = {"study": platform_study_id, "extra": [[visit, str(amount)] for visit, amount in amounts]}
            return Prepared(str(service.ask(token, "/extra", body)["id"]), None)

        def pay(*, token: str, bonus_id: str) -> None:
            service.post(token, f"/extra/{bonus_id}", None)

        api = PlatformApi(
            approve=approve,
            screen_out=screen_out,
            prepare_bonus=prepare,
            pay_bonus=pay,
            is_id=bool,
            most_at_once=1,
            settled=frozenset({"over"}),
            leads=dict.fromkeys(ActKind, "Beacon pays tomorrow."),
            token_help="Asked for by letter.",
            study_id_help="It has a dot.",
        )
        return CrowdPlatform(name=NAME, row=_row, api=api)


def _row(kind: ActKind, arrival: Arrival, due: Decimal) -> list[str]:
    return [kind.value, arrival.session_id or "", str(due)]
