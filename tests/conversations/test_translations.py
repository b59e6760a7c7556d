"""What raters are told and agree to, in their own language, and the original where there is none."""

import hashlib
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from conversations.default_texts import default_guidelines
from conversations.enums import Role
from conversations.markdown import render
from conversations.models import ConsentText, Membership, Stage, Study
from conversations.queries.wordings import Wording, consent_in, guidelines_in
from conversations.services.studies import clone_study
from conversations.services.translating import translate_consent, translate_guidelines
from raters.models import Enrolment
from tests import factories, worlds


@pytest.fixture
def study(db) -> Study:
    return factories.study()


@pytest.fixture
def stage(study: Study) -> Stage:
    return study.stages.get(number=2)


@pytest.fixture
def admin(study: Study) -> User:
    user = User.objects.create_user("admin-of-words")
    Membership.objects.create(study=study, user=user, role=Role.ADMIN)
    return user


@pytest.fixture
def client(admin: User) -> Client:
    client = Client()
    client.force_login(admin)
    return client


@pytest.fixture
def translate(stage: Stage, admin: User) -> Callable[[str, str], object]:
    return lambda language, text: translate_guidelines(
        guidelines=stage.guidelines.get(version=1), language=language, text=text, actor=admin
    )


def test_guidelines_are_read_in_a_translation_and_else_as_written(stage, translate, django_assert_num_queries):
    written = stage.guidelines.get().text
    translate("de", "Erstens.")
    translate("de", "Zweitens.")
    with django_assert_num_queries(1):
        assert guidelines_in(stage, "de") == Wording("Zweitens.", "de")
    assert guidelines_in(stage, "fr") == Wording(written, "")
    translate("de", "")
    assert guidelines_in(stage, "de") == Wording(written, "")


def test_a_new_version_begins_without_translations(stage, translate):
    translate("de", "Alt.")
    stage.guidelines.create(version=2, text="Judge anew.")
    assert guidelines_in(stage, "de") == Wording("Judge anew.", "")


def test_a_stage_without_guidelines_has_no_wording(stage):
    stage.guidelines.all().delete()
    assert guidelines_in(stage, "de") is None


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES if code != "en"])
def test_the_products_guidelines_are_translated_with_all_their_parts(number, language):
    translated = default_guidelines(number, language)
    assert parts_of(translated) == parts_of(default_guidelines(number))
    assert translated != default_guidelines(number)
    assert "*" not in render(translated)  # nothing is emphasized only in the source


def parts_of(guidelines: str) -> list[str]:
    """How each line begins that is a heading, an item or a quotation."""
    return [line.split(" ")[0] for line in guidelines.splitlines() if line.startswith(("#", "- ", ">", "1.", "5."))]


def test_guidelines_that_are_the_products_come_in_its_translation(stage, translate):
    stage.guidelines.update(text=default_guidelines(2))
    assert guidelines_in(stage, "ja") == Wording(default_guidelines(2, "ja"), "ja")
    translate("ja", "自分たちの指示。")
    assert guidelines_in(stage, "ja") == Wording("自分たちの指示。", "ja")


def test_a_copy_of_a_study_has_the_translations_too(study, translate, admin):
    translate("ru", "Судите.")
    copy = clone_study(study=study, actor=admin)
    assert guidelines_in(copy.stages.get(number=2), "ru") == Wording("Судите.", "ru")


def test_a_translation_is_given_on_its_page_and_listed(client, study, stage):
    page = reverse("conversations:guidelines-in", args=[study.slug, 2, "ar"])
    shown = client.get(page).content.decode()
    assert "Judge <strong>what is written</strong>." in shown
    assert "Guidelines of stage 2 in Arabic" in shown
    assert client.post(page, {"text": "قيّم *ما كُتب*."}).status_code == 302
    assert "translated" in client.get(reverse("conversations:guidelines", args=[study.slug, 2])).content.decode()
    assert "قيّم *ما كُتب*." in client.get(page).content.decode()
    entry = AuditEntry.objects.get(action="guidelines.translate")
    assert entry.details == {"version": 1, "language": "ar"}


def test_a_language_that_pages_lack_has_no_page(client, study):
    assert client.get(reverse("conversations:guidelines-in", args=[study.slug, 2, "cy"])).status_code == 404


def test_a_translation_is_never_changed(stage, translate):
    translate("de", "So.")
    translation = stage.guidelines.get().translations.get()
    translation.text = "Anders."
    with pytest.raises(ValueError, match="never changed"):
        translation.save()


def test_consent_is_kept_with_the_language_and_the_text_that_was_read(admin):
    study = worlds.rateable_study()
    link = worlds.entry_link(study.stages.get(number=1))
    consent = ConsentText.objects.create(study=study, version=1, text="You may stop.")
    translate_consent(consent=consent, language="es", text="Puede **parar**.", actor=admin)
    assert consent_in(consent, "fr") == Wording("You may stop.", "")
    for language, kept, text in (("es", "es", "Puede **parar**."), ("fr", "", "You may stop.")):
        client = Client(headers={"Accept-Language": language})
        shown = client.get(f"/r/{link.token}/").content.decode()
        assert ("Puede <strong>parar</strong>." in shown) == (language == "es")
        client.post(f"/r/{link.token}/", {"agree": "on"})
        enrolment = Enrolment.objects.filter(study=study).latest("number")
        assert enrolment.consent_language == kept
        assert enrolment.consent_hash == hashlib.sha256(text.encode()).hexdigest()


def test_the_consent_page_takes_a_translation(client, study):
    page = reverse("conversations:consent-in", args=[study.slug, "hi"])
    assert client.get(page).status_code == 404  # there is nothing to translate
    consent = ConsentText.objects.create(study=study, version=1, text="You may stop.")
    assert client.post(page, {"text": "आप रुक सकते हैं।"}).headers["Location"] == reverse(
        "conversations:consent", args=[study.slug]
    )
    assert consent_in(consent, "hi").language == "hi"
    assert "translated" in client.get(reverse("conversations:consent", args=[study.slug])).content.decode()


def test_the_api_says_the_consent_in_force_in_another_language(client, study):
    address = reverse("api:consent-translations", args=[study.slug])
    assert client.get(address).status_code == 404  # none is asked
    consent = ConsentText.objects.create(study=study, version=1, text="I agree.")
    said = {"language": "de", "text": "Ich bin einverstanden."}
    assert client.post(address, said, content_type="application/json").status_code == 201
    assert consent_in(consent, "de").text == said["text"]
    assert [row["text"] for row in client.get(address).json()["results"]] == [said["text"]]
    assert client.post(address, said | {"language": "cy"}, content_type="application/json").status_code == 400
