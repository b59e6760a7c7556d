"""The study page says which run comes next, from the first attribute to the first response."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from conversations.enums import ResponseKind
from conversations.models import Membership, Response, SelectionRecord
from generation.enums import RunKind
from generation.queries.next_step import next_step
from tests import factories

pytestmark = pytest.mark.django_db


def test_each_step_names_the_run_that_is_missing():
    study = factories.study()
    assert next_step(study) is None
    subject = factories.subject(study)
    factories.conversation(subject)
    told = [next_step(study)]
    factories.attributes(subject)
    told.append(next_step(study))
    case = factories.case(subject)
    told.append(next_step(study))
    system = factories.system(study)
    SelectionRecord.objects.create(system=system, case=case, pool="accepted")
    told.append(next_step(study))
    SelectionRecord.objects.create(system=system, case=case)
    told.append(next_step(study))
    assert [step.kind for step in told if step] == [
        RunKind.EXTRACTION,
        "",
        RunKind.SELECTIONS,
        RunKind.SELECTIONS,
        RunKind.RESPONSES,
    ]
    Response.objects.create(case=case, system=system, kind=ResponseKind.PERSONALIZED, text="Oats.")
    assert next_step(study) is None


def test_card_leads_to_it():
    study = factories.study()
    user = User.objects.create_user("owner")
    Membership.objects.create(study=study, user=user, role="owner")
    factories.case(factories.subject(study))
    browser = Client()
    browser.force_login(user)
    address = reverse("generation:card", args=[study.slug])
    assert "Next:" not in browser.get(address).content.decode()
    factories.attributes(study.subjects.get())
    page = browser.get(address).content.decode()
    assert f'href="{reverse("generation:run-create", args=[study.slug, "selections"])}">Begin' in page
