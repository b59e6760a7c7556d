"""Looking through a study's material, and withdrawing it."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from conversations.enums import EvidenceState, Role
from conversations.models import Attribute, Conversation, Membership, Prompt, Study, Subject
from conversations.queries import material as queries
from tests import factories

pytestmark = pytest.mark.django_db

LISTS = ["subjects", "attributes", "prompts"]


@pytest.fixture
def study() -> Study:
    return factories.study()


def member(study: Study, role: Role) -> Client:
    user = User.objects.create_user(f"user-{uuid.uuid4().hex[:8]}")
    Membership.objects.create(study=study, user=user, role=role)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def admin(study) -> Client:
    return member(study, Role.ADMIN)


def address(name: str, study: Study, *rest: object) -> str:
    return reverse(f"conversations:{name}", args=[study.slug, *rest])


def pages(study: Study) -> list[str]:
    subject = factories.subject(study)
    conversation = factories.conversation(subject)
    return [
        *(address(name, study) for name in LISTS),
        address("subject", study, subject.pk),
        address("conversation", study, conversation.pk),
    ]


@pytest.mark.parametrize(
    ("role", "status"), [(Role.OWNER, 200), (Role.ADMIN, 200), (Role.ANALYST, 200), (Role.RATER, 403)]
)
def test_pages_open_to_those_who_may_read(study, role, status):
    client = member(study, role)
    assert [client.get(page).status_code for page in pages(study)] == [status] * 5


def test_pages_do_not_exist_for_strangers(study):
    stranger = member(factories.study(), Role.OWNER)
    assert [stranger.get(page).status_code for page in pages(study)] == [404] * 5


def test_pages_ask_the_anonymous_to_sign_in(client, study):
    assert [client.get(page).status_code for page in pages(study)] == [302] * 5


def test_material_of_another_study_is_not_found_under_this_one(admin, study):
    subject = factories.subject(factories.study())
    conversation = factories.conversation(subject)
    assert admin.get(address("subject", study, subject.pk)).status_code == 404
    assert admin.get(address("conversation", study, conversation.pk)).status_code == 404


def test_empty_lists_say_so(admin, study):
    assert "No subjects yet" in admin.get(address("subjects", study)).text
    assert "No attributes yet" in admin.get(address("attributes", study)).text
    assert "No prompts yet" in admin.get(address("prompts", study)).text


# Session, user, membership, rows and may_manage; attributes also list the systems and ask for a sample, prompts list the topics.
@pytest.mark.parametrize(("name", "expected"), [("subjects", 5), ("attributes", 7), ("prompts", 6)])
@pytest.mark.parametrize("rows", [1, 3])
def test_lists_need_the_same_queries_for_any_number_of_rows(
    admin, study, name, expected, rows, django_assert_num_queries
):
    factories.material(study, subjects=rows, attributes_each=rows, prompts=rows)
    with django_assert_num_queries(expected):
        admin.get(address(name, study))


@pytest.mark.parametrize("rows", [1, 3])
def test_subject_page_needs_the_same_queries_for_any_number_of_rows(admin, study, rows, django_assert_num_queries):
    subject = factories.subject(study)
    factories.attributes(subject, rows)
    for number in range(rows):
        factories.conversation(subject, f"Number {number}")
    with django_assert_num_queries(8):
        admin.get(address("subject", study, subject.pk))


def test_lists_never_select_the_bodies_of_conversations(admin, study, django_assert_num_queries):
    subject = factories.material(study, subjects=1)[0]
    for page in [address("subjects", study), address("subject", study, subject.pk)]:
        with django_assert_num_queries(5 if page.endswith("/subjects/") else 8) as captured:
            admin.get(page)
        assert not any('"turns"' in query["sql"] for query in captured.captured_queries)


def test_subjects_are_counted_each_for_itself(study):
    busy, _quiet = factories.subject(study), factories.subject(study)
    for number in range(2):
        factories.conversation(busy, f"Number {number}")
    factories.attributes(busy, 3)
    counts = [vars(row) for row in queries.subjects_of(study).order_by("pk")]
    assert [(row["conversations_count"], row["attributes_count"]) for row in counts] == [(2, 3), (0, 0)]


def test_subject_is_found_by_id_and_by_number(study):
    by_id = factories.subject(study, external_id="anna-karenina", number=901)
    by_number = factories.subject(study, external_id="levin", number=902)
    assert [*queries.subjects_of(study, search="KAREN")] == [by_id]
    assert [*queries.subjects_of(study, search="902")] == [by_number]
    assert [*queries.subjects_of(study, search="%")] == []


def test_attributes_are_found_by_words_system_and_missing_evidence(study):
    subject = factories.subject(study)
    other = factories.system(study, "other")
    tea, coffee = factories.attributes(subject, 1)[0], factories.attributes(subject, 1, system=other)[0]
    Attribute.objects.filter(pk=tea.pk).update(text="Likes tea", evidence=[{"state": EvidenceState.NOT_FOUND}])
    Attribute.objects.filter(pk=coffee.pk).update(text="Likes coffee", evidence=[{"state": EvidenceState.EXACT}])
    assert [*queries.attributes_of(study, search="TEA")] == [tea]
    assert [*queries.attributes_of(study, system=other.pk)] == [coffee]
    assert [*queries.attributes_of(study, not_found=True)] == [tea]


def test_what_was_merged_and_what_a_search_found_are_shown(admin, study):
    subject = factories.subject(study)
    attribute = factories.attributes(subject, 1)[0]
    pointer = {"conversation": None, "turn": 0, "quote": "in cm", "start": 0, "end": 5, "state": "exact"}
    Attribute.objects.filter(pk=attribute.pk).update(
        merged_from=["Likes the <metric> system"], evidence=[pointer | {"found_by": "search"}]
    )
    for page in (address("attributes", study), reverse("conversations:subject", args=[study.slug, subject.pk])):
        shown = admin.get(page).text
        assert "1 merged" in shown
        assert "Likes the &lt;metric&gt; system" in shown
        assert "Found by search" in shown
        assert "Found verbatim" not in shown


def test_prompts_are_found_by_words_and_topic(study):
    travel = factories.prompt(study, text="Plan a trip", topic="travel")
    food = factories.prompt(study, text="Plan a dinner", topic="food")
    assert [*queries.prompts_of(study, search="trip")] == [travel]
    assert [*queries.prompts_of(study, topic="food")] == [food]
    assert queries.topics_of(study) == ["food", "travel"]


def test_search_without_a_hit_says_so(admin, study):
    factories.material(study)
    for name in LISTS:
        assert "Nothing found" in admin.get(address(name, study), {"q": "zebra crossing"}).text


@pytest.mark.parametrize("asked", ["after=x", "after=-1", "after=99999999999999999999", "system=x"])
def test_nonsense_in_the_address_is_ignored(admin, study, asked):
    factories.material(study)
    assert [admin.get(f"{address(name, study)}?{asked}").status_code for name in LISTS] == [200] * 3


@pytest.mark.parametrize("asked", ["q=%00", "topic=%00", "%00=1"])
def test_an_address_that_holds_what_no_text_can_is_refused(admin, study, asked):
    assert [admin.get(f"{address(name, study)}?{asked}").status_code for name in LISTS] == [400] * 3


def test_pages_follow_each_other_without_gap_or_repeat(admin, study):
    subject = factories.subject(study)
    made = [attribute.pk for attribute in factories.attributes(subject, queries.PAGE * 2 + 1)]
    seen, following = [], address("attributes", study) + "?q=Statement"
    while following:
        answer = admin.get(following)
        seen += [row.pk for row in answer.context["page"].rows]
        following = answer.context["next"] and address("attributes", study) + answer.context["next"]
    assert seen == made


def test_conversation_shows_the_subjects_words_as_typed_and_the_assistants_as_markdown(admin, study):
    conversation = factories.conversation(factories.subject(study))
    turns = [
        {"role": "user", "content": "**mine** <script>alert(1)</script>"},
        {"role": "assistant", "content": "**theirs** <script>alert(1)</script>"},
    ]
    Conversation.objects.filter(pk=conversation.pk).update(turns=turns)
    page = admin.get(address("conversation", study, conversation.pk)).text
    assert "**mine** &lt;script&gt;" in page
    assert "<strong>theirs</strong> &lt;script&gt;" in page
    assert "<script>alert" not in page


def test_evidence_is_shown_state_by_state(admin, study):
    subject = factories.subject(study)
    evidence = [{"state": "exact"}, {"state": "exact"}, {"state": "not_found"}]
    factories.attributes(subject, 1, evidence=evidence, confidence=0.5)
    page = admin.get(address("subject", study, subject.pk)).text
    assert (page.count("Found verbatim"), page.count("Evidence not found"), page.count("0.50")) == (1, 1, 1)


def one_of_each(study: Study) -> dict[str, Subject | Conversation | Attribute | Prompt]:
    subject = factories.subject(study)
    return {
        "subject": subject,
        "conversation": factories.conversation(subject),
        "attribute": factories.attributes(subject, 1)[0],
        "prompt": factories.prompt(study),
    }


def is_withdrawn(row: Subject | Conversation | Attribute | Prompt) -> bool:
    row.refresh_from_db()
    return row.withdrawn_at is not None


@pytest.mark.parametrize("kind", ["subject", "conversation", "attribute", "prompt"])
def test_material_is_withdrawn_and_restored(admin, study, kind):
    row = one_of_each(study)[kind]
    back = address("subjects", study)
    sent = {"kind": kind, "id": row.pk, "next": back}
    assert admin.post(address("withdraw", study), sent).headers["Location"] == back
    assert is_withdrawn(row)
    admin.post(address("restore-material", study), sent)
    assert not is_withdrawn(row)
    actions = AuditEntry.objects.filter(study_id=study.pk).order_by("pk").values_list("action", flat=True)
    assert [*actions] == [f"{kind}.withdraw", f"{kind}.restore"]


def test_withdrawing_twice_keeps_the_first_time_and_one_entry(admin, study):
    subject = factories.subject(study)
    times = []
    for _ in range(2):
        admin.post(address("withdraw", study), {"kind": "subject", "id": subject.pk})
        subject.refresh_from_db()
        times.append(subject.withdrawn_at)
    assert times[0] == times[1]
    assert AuditEntry.objects.filter(study_id=study.pk).count() == 1


@pytest.mark.parametrize("name", ["withdraw", "restore-material"])
@pytest.mark.parametrize("kind", ["subject", "conversation", "attribute", "prompt"])
def test_material_of_another_study_is_out_of_reach(admin, study, name, kind):
    row = one_of_each(factories.study())[kind]
    assert admin.post(address(name, study), {"kind": kind, "id": row.pk}).status_code == 404
    row.refresh_from_db()
    assert row.withdrawn_at is None


@pytest.mark.parametrize(
    "sent", [{}, {"kind": "study", "id": 1}, {"kind": "subject", "id": "x"}, {"kind": "subject", "id": "9" * 30}]
)
def test_nonsense_is_not_withdrawn(admin, study, sent):
    assert admin.post(address("withdraw", study), sent).status_code == 404


def test_analyst_may_look_but_not_withdraw(study):
    analyst = member(study, Role.ANALYST)
    subject = factories.subject(study)
    assert "Withdraw" not in analyst.get(address("subjects", study)).text
    assert analyst.post(address("withdraw", study), {"kind": "subject", "id": subject.pk}).status_code == 403


def test_way_back_leads_nowhere_else(admin, study):
    sent = {"kind": "subject", "id": factories.subject(study).pk, "next": "https://example.org/"}
    assert admin.post(address("withdraw", study), sent).headers["Location"] == address("study", study)
