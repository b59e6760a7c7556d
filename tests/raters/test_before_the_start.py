"""What raters read and say before they start: time and pay, warnings, languages, consent."""

import hashlib
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from conversations.models import ConsentText, Conversation, Stage
from judgments.enums import TaskKind
from judgments.stages.reading import CHARACTERS_PER_WORD
from judgments.work.reading import WORDS_PER_MINUTE
from raters.models import Admission, Arrival, Enrolment, EntryLink
from tests import factories
from tests.judgments.raters_at_work import open_for_rating
from tests.judgments.special_pages import twin

pytestmark = pytest.mark.django_db


@pytest.fixture
def link() -> EntryLink:
    _, stage = open_for_rating(1, subjects=3, attributes_each=4)
    return EntryLink.objects.create(stage=stage, label="colleagues")


def page(link: EntryLink, client: Client | None = None) -> str:
    return " ".join((client or Client()).get(f"/r/{link.token}/").content.decode().split())


def test_time_and_pay_of_an_arrival_are_told_before_the_start(link):
    Stage.objects.filter(pk=link.stage_id).update(tasks_per_visit=9, seconds_per_unit=20)
    Conversation.objects.update(character_count=CHARACTERS_PER_WORD * WORDS_PER_MINUTE)
    # 9 pages of a minute's reading and 4 units of 20 seconds: 21 minutes, at 12.00 an hour.
    told = page(link)
    assert "A visit is 9 pages. That takes about 21 minutes." in told
    assert "an assumption, for nobody has timed it yet: a page has about 238 words to read." in told
    assert "For a whole visit that is about 4.20 USD." in told


def test_practice_is_in_the_time_and_pay_of_who_comes_first(link):
    Stage.objects.filter(pk=link.stage_id).update(tasks_per_visit=2, seconds_per_unit=15)
    Conversation.objects.update(character_count=0)
    twin(link.stage.tasks.earliest("pk"), TaskKind.PRACTICE)
    client = Client()
    told = page(link, client)
    assert "A visit is 2 pages. Before it comes 1 page of practice. That takes about 3 minutes." in told
    assert "For a whole visit that is about 0.60 USD. Practice is paid too." in told
    client.post(f"/r/{link.token}/")
    assert "A visit is 2 pages. That takes about 2 minutes." in page(link, client)


def test_without_a_quota_one_page_is_told(link):
    assert "A page takes about 2 minutes." in page(link)
    assert "For a whole visit" not in page(link)


def test_content_warning_is_shown_as_text(link):
    link.stage.study.content_warning = "Some talk about <b>war</b>."
    link.stage.study.save()
    assert "Some talk about &lt;b&gt;war&lt;/b&gt;." in page(link)


def test_languages_are_asked_only_where_they_are_known_and_must_be_answered(link):
    assert "Which of these languages" not in page(link)
    Conversation.objects.filter(pk=Conversation.objects.first().pk).update(language="German")
    client = Client()
    assert "Which of these languages do you read well?" in page(link, client)
    assert client.post(f"/r/{link.token}/").status_code == 422
    assert client.post(f"/r/{link.token}/", {"languages": ["Klingon"]}).status_code == 422
    assert not Enrolment.objects.exists()
    assert client.post(f"/r/{link.token}/", {"languages": ["German"]}).status_code == 302
    assert Enrolment.objects.get().languages == ["German"]
    assert "checked" in page(link, client)


def test_flagged_pages_can_be_declined_where_there_are_any(link):
    assert "avoids_flagged" not in page(link)
    Conversation.objects.filter(pk=Conversation.objects.first().pk).update(flags={"toxic": True})
    client = Client()
    client.post(f"/r/{link.token}/", {"avoids_flagged": "on"})
    assert Enrolment.objects.get().avoids_flagged is True


def test_version_time_and_hash_of_the_consent_are_kept_and_a_new_text_is_asked_again(link):
    study = link.stage.study
    first = ConsentText.objects.create(study=study, version=1, text="I agree to **this**.")
    client = Client()
    refused = client.post(f"/r/{link.token}/")
    assert refused.status_code == 422
    bar = refused.content.decode().split('class="rating-bar"')[1]  # where Start is
    assert "Without your consent you can&#x27;t start." in bar
    client.post(f"/r/{link.token}/", {"agree": "on"})
    enrolment = Enrolment.objects.get()
    assert (enrolment.consent, enrolment.consent_hash) == (first, hashlib.sha256(first.text.encode()).hexdigest())
    assert enrolment.consented_at is not None
    assert timezone.now() - enrolment.consented_at < timedelta(minutes=1)
    second = ConsentText.objects.create(study=study, version=2, text="I agree to that.")
    assert client.get(f"/rate/{study.slug}/1/")["Location"] == f"/r/{link.token}/"
    client.post(f"/r/{link.token}/", {"agree": "on"})
    enrolment.refresh_from_db()
    assert enrolment.consent == second
    assert client.get(f"/rate/{study.slug}/1/").status_code == 200


def test_each_start_by_an_open_link_is_an_arrival_of_the_same_rater(link):
    client = Client()
    for _ in range(2):
        client.post(f"/r/{link.token}/")
    assert Enrolment.objects.count() == 1
    assert Arrival.objects.filter(enrolment=Enrolment.objects.get(), outcome="").count() == 2


def test_where_stages_have_raters_of_their_own_nobody_comes_to_two(link):
    study = link.stage.study
    study.disjoint_panels = True
    study.save()
    second = EntryLink.objects.create(stage=factories.stage(study, 2, state="open"), label="second")
    client = Client()
    assert client.post(f"/r/{link.token}/").status_code == 302
    assert client.post(f"/r/{second.token}/").status_code == 403
    assert client.post(f"/r/{link.token}/").status_code == 302
    assert Admission.objects.count() == 1
