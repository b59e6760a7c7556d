"""A second crowd platform is its two modules and two lines that register them: all the rest asks the registry.

The value that it adds to the enumeration, and the migration that Django writes for that, are stood in for here.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import include, path
from django.utils import timezone

from accounts.models import AuditEntry, User
from conversations.enums import Role
from conversations.models import Membership, Study
from judgments.crowd.platforms import registry as crowds
from judgments.models import PlatformAccount
from raters import hook_urls
from raters.enums import Platform
from raters.forms import EntryLinkForm
from raters.models import Arrival, Enrolment, EntryLink
from raters.platforms import registry as arrivals
from tests.judgments import platform_arrivals
from tests.judgments.crowd import planted_platform as beacon
from tests.judgments.crowd.prolific_stand_in import address, states, work
from tests.judgments.rated import rated_study
from yardstick import urls

pytestmark = pytest.mark.django_db
KNOWN = "entry_link_platform_known"


@pytest.fixture(autouse=True)
def server(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[beacon.Server]:
    server = beacon.Server()
    monkeypatch.setitem(arrivals._PLATFORMS, beacon.NAME, beacon.ARRIVING)
    monkeypatch.setitem(crowds._PLATFORMS, beacon.NAME, server.crowd_platform())
    known = [*Platform.choices, (beacon.NAME, "Beacon")]
    monkeypatch.setattr(EntryLink._meta.get_field("platform"), "choices", known)
    monkeypatch.setattr(EntryLinkForm.base_fields["platform"], "choices", known)
    others = [one for one in EntryLink._meta.constraints if one.name != KNOWN]
    monkeypatch.setattr(EntryLink._meta, "constraints", others)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE raters_entrylink DROP CONSTRAINT {KNOWN}")
    settings.ROOT_URLCONF = (*urls.urlpatterns, path("hooks/", include(hook_urls.addresses())))  # as at a start
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def study() -> Study:
    study = rated_study(subjects=1, attributes_each=1, k=1)
    Study.objects.filter(pk=study.pk).update(pay_per_hour="12.00", currency="EUR")
    return study


@pytest.fixture
def owner(study: Study) -> Client:
    user = User.objects.create_user("owner")
    Membership.objects.create(study=study, user=user, role=Role.OWNER)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def link(owner: Client, study: Study) -> EntryLink:
    """Made on its page, with the codes of its outcomes."""
    made = {"stage": study.stages.get(number=1).pk, "label": "seen from afar", "platform": beacon.NAME}
    page = owner.post(f"/studies/{study.slug}/raters/links/new/", made | {"requires_token": "on"}, follow=True)
    link: EntryLink = EntryLink.objects.select_related("stage__study").get()
    assert "Give this to Beacon." in page.content.decode()
    assert f"/r/{link.token}/?who=&lt;who&gt;&amp;visit=&lt;visit&gt;" in page.content.decode()
    owner.post(f"/studies/{study.slug}/raters/links/{link.pk}/", {"completed": "well done", "screened_out": "out"})
    return link


def come(link: EntryLink, person: str, *, seal: str | None = None) -> tuple[Client, int]:
    client, seal = Client(), beacon.signature_of(person) if seal is None else seal
    came = client.get(f"/r/{link.token}/", {"who": person, "visit": f"visit of {person}", "seal": seal})
    return client, came.status_code if came.status_code != 302 else client.post(f"/r/{link.token}/").status_code


def tell(event: str, *, signature: str | None = None) -> int:
    signed = {"X-Beacon": beacon.signature_of(event) if signature is None else signature}
    return Client().post("/hooks/beacon/", event.encode(), content_type="application/json", headers=signed).status_code


def test_its_people_arrive_by_its_parameters_and_leave_with_its_code(link: EntryLink) -> None:
    assert come(link, "ida", seal="")[1] == 403
    client, status = come(link, "ida")
    assert status == 302
    arrival = Arrival.objects.select_related("enrolment").get()
    assert (arrival.enrolment.platform, arrival.enrolment.external_id) == ("beacon", "ida")
    assert (arrival.session_id, arrival.signed) == ("visit of ida", True)
    Arrival.objects.update(outcome="completed", ended_at=timezone.now())
    ended = client.get(f"/r/{link.stage.study.slug}/1/ended/").content.decode()
    assert "https://beacon.example/back/well%20done" in ended


def test_its_hook_gives_back_what_it_signs(link: EntryLink) -> None:
    come(link, "ida")
    event = '{"number": 1, "visit": "visit of ida", "state": "gone"}'
    assert tell(event, signature="forged") == 403
    assert not Enrolment.objects.get().outcome
    assert tell(event) == 200
    assert (Enrolment.objects.get().outcome, Arrival.objects.get().platform_status) == ("returned", "gone")


def test_a_hook_takes_nothing_of_another_platform(link: EntryLink) -> None:
    come(link, "ida")
    EntryLink.objects.update(platform=Platform.OTHER)
    assert tell('{"number": 1, "visit": "visit of ida", "state": "gone"}') == 200
    assert not Arrival.objects.get().platform_status


def test_it_is_told_what_the_lists_hold_with_its_own_token(
    owner: Client, link: EntryLink, server: beacon.Server
) -> None:
    for number, outcome, minutes in ((11, "completed", 0), (12, "stopped_early", 10), (13, "screened_out", 0)):
        platform_arrivals.arrived(link, number, outcome, now=timezone.now(), minutes=minutes)
    crowd = f"/studies/{link.stage.study.slug}/crowd/"
    assert owner.post(f"{crowd}{link.pk}/bonus/").content.decode().splitlines() == ["bonus,submission-12,2.00"]
    asked = owner.get(f"{crowd}token/?platform=beacon").content.decode()
    assert "Asked for by letter." in asked
    owner.post(f"{crowd}token/?platform=beacon", {"token": "a-key-of-beacon"})
    assert "Beacon pays tomorrow." in owner.get(address(link, "bonus")).content.decode()
    agreed = {"arrivals": 1, "total": "2.00", "platform_study_id": "s.1"}
    for kind, form in (
        ("approve", {"arrivals": 1, "total": 0}),
        ("bonus", agreed),
        ("screen-out", {"arrivals": 1, "total": 0}),
    ):
        told = owner.post(address(link, kind), form, follow=True).content.decode()
        assert "Beacon is being told of 1." in told
    work(link, now=timezone.now())
    assert server.told == [
        ("/pay", {"visits": ["submission-11"]}, "a-key-of-beacon"),
        ("/extra", {"study": "s.1", "extra": [["submission-12", "2.00"]]}, "a-key-of-beacon"),
        ("/extra/bonus-1", None, "a-key-of-beacon"),
        ("/end", {"visit": "submission-13", "code": "out"}, "a-key-of-beacon"),
    ]
    assert states(link) == ["done"] * 3
    assert AuditEntry.objects.get(action="raters.platform_token").target == "Beacon"


def test_no_platform_is_told_with_the_token_of_another(owner: Client, link: EntryLink, server: beacon.Server) -> None:
    platform_arrivals.arrived(link, 11, "completed", now=timezone.now())
    crowd = f"/studies/{link.stage.study.slug}/crowd/"
    owner.post(f"{crowd}token/?platform=prolific", {"token": "a-key-of-prolific"})
    agreed = {"arrivals": 1, "total": 0}
    assert (
        "Only lists of a platform whose token"
        in owner.post(address(link, "approve"), agreed, follow=True).content.decode()
    )
    owner.post(f"{crowd}token/?platform=beacon", {"token": "a-key-of-beacon"})
    owner.post(address(link, "approve"), agreed)
    refused = owner.post(f"{crowd}token/?platform=prolific", {"token": "a-key-of-prolific"}, follow=True)
    assert "Beacon is still being told" in refused.content.decode()
    assert PlatformAccount.objects.get().platform == "beacon"
    work(link, now=timezone.now())
    assert [key for _path, _body, key in server.told] == ["a-key-of-beacon"]
