"""The pay sheet: what each rater is owed, and who learns their platform ids."""

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from conversations.enums import Role
from conversations.models import Membership
from judgments.oversight.folding import fold_all
from judgments.oversight.pay_sheet import pay_sheet
from raters.models import Enrolment
from tests import factories
from tests.judgments.rated import careful, rated_study, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def study():
    study = rated_study(subjects=4)
    study.pay_per_hour, study.currency = "36.00", "GBP"
    study.save()
    for pages in (1, 3):
        rater = factories.rater(study)
        work(rater, factories.stage(study, 1), careful, pages=pages, seconds=25)  # 100 seconds a page: 1.00
    Enrolment.objects.filter(rater=rater).update(platform="prolific", external_id="=HYPERLINK(1)")
    return study


def client_of(study, role) -> Client:
    user = User.objects.create_user(f"{role}-{study.slug}")
    Membership.objects.create(study=study, user=user, role=role)
    client = Client()
    client.force_login(user)
    return client


def rows_in(response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.content.decode())))


def test_the_sheet_adds_up(study, django_assert_num_queries):
    fold_all()
    with django_assert_num_queries(5):
        sheet = pay_sheet(study=study)
        lines = [(str(line.hours), line.pay.pages, str(line.pay.amount)) for line in sheet.lines]
    assert lines == [("0.03", 1, "1.00"), ("0.08", 3, "3.00")]
    assert (str(sheet.amount), sheet.pages, sheet.judgments, str(sheet.hours)) == ("4.00", 4, 16, "0.11")
    assert pay_sheet(study=study, stage=factories.stage(study, 2)).lines == []


def test_the_page_and_its_download_name_nobody(study):
    client = client_of(study, Role.ANALYST)
    page = client.get(reverse("stages:pay", args=[study.slug])).content.decode()
    assert "4.00" in page
    download = rows_in(client.get(reverse("stages:pay-csv", args=[study.slug])))
    assert download[-1] == ["total", "", "0.11", "4", "16", "4.00", "GBP"]
    assert "HYPERLINK" not in page + str(download)
    assert "platform ids" not in page


def test_platform_ids_are_given_to_who_pays_as_text_and_noted(study):
    response = client_of(study, Role.ADMIN).post(reverse("stages:pay-ids", args=[study.slug]))
    rows = rows_in(response)
    assert rows[0][-1] == "platform_id"
    assert rows[2][-1] == "'=HYPERLINK(1)"
    entry = AuditEntry.objects.get(action="raters.pay_download")
    assert (entry.study_id, entry.details) == (study.pk, {"raters": 2})
    assert "HYPERLINK" not in str(entry.details) + entry.target
    assert client_of(study, Role.ANALYST).post(reverse("stages:pay-ids", args=[study.slug])).status_code == 403
