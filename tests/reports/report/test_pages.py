"""The report's pages and files: what they say, who sees them, and that hostile texts stay texts."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.utils import timezone

from accounts.models import User
from conversations.enums import Role
from conversations.models import Attribute, Membership, Prompt, Response, Study, Subject, System
from judgments.models import Assignment, Unit
from raters.models import Rater
from reports.enums import ReportState
from reports.models import Report
from reports.report import computing
from reports.report.tasks import compute_report
from tests import worlds
from tests.judgments.rated import NOW
from tests.reports.report.shown import _report, _study, address, member
from tests.reports.reported import close_all, computed
from tests.said import said

pytestmark = pytest.mark.django_db(transaction=True)
EVIL = "<script>alert(1)</script> #import \"x\" *bold* $x$ ]]> & 'quote' \u202eevil"
CLEAR = b"<script>alert"


@pytest.fixture
def study() -> Study:
    return _study()


@pytest.fixture
def report() -> Report:
    return _report()


def figures_of(report: Report) -> dict[str, Any]:
    assert report.figures is not None
    return dict(report.figures)


def test_first_visit_asks_for_the_report_and_the_page_brings_it_once_it_is_there(study):
    owner = member(study)
    assert "being computed" in said(owner.get(address(study)))
    report = Report.objects.get(study=study)
    assert report.state == ReportState.PENDING
    assert "HX-Refresh" not in owner.get(address(study, "state/")).headers
    compute_report(report.pk)
    assert owner.get(address(study, "state/")).headers["HX-Refresh"] == "true"
    page = owner.get(address(study)).content.decode()
    assert "Not enough evidence yet".lower() in page.lower()
    assert "Computed just now" in page


def test_page_shows_what_was_computed_and_names_every_section(report):
    study, figures = report.study, figures_of(report)
    page = member(study).get(address(study)).content.decode()
    for sentence in (figures["verdict"]["sentence"], figures["bottleneck"]["sentence"], figures["plan"]["sentence"]):
        assert sentence.replace("'", "&#x27;") in page
    assert "Origin of the conversations: illustrative." in page
    assert "Illustrative data" in page
    for key in ("bottleneck", "stage-1", "stage-2", "stage-3", "judges", "planner"):
        assert f'id="{key}"' in page
    assert f"{100 * figures['stage_1']['shares']['accept']['value']:.1f} %" in page
    assert page.count("<svg") == 2 * len(Report.objects.get().drawings) + page.count('class="theme-toggle__') + 1


def test_page_of_many_examples_takes_few_queries(report, django_assert_num_queries):
    study = report.study
    owner = member(study)
    owner.get(address(study))
    with django_assert_num_queries(11):
        owner.get(address(study))


def test_an_empty_study_says_what_is_missing(db):
    study = worlds.rateable_study(subjects=1)
    computed(study)
    page = member(study).get(address(study)).content.decode()
    assert page.count("Nothing of this stage has been judged yet.") == 3
    for kind in ("html", "pdf"):
        assert member_get(study, kind).status_code == 200


def member_get(study: Study, kind: str) -> Any:
    client = Client()
    client.force_login(User.objects.get(memberships__study=study))
    return client.get(address(study, f"{kind}/"))


def test_open_stages_are_left_out_for_all_but_the_owner(study):
    study.stages.filter(number__in=(1, 2)).update(state="closed")
    computed(study)
    computed(study, withheld=[3])
    unit = Unit.objects.filter(task__stage__study=study, task__stage__number=3).first()
    for role, sees in ((Role.OWNER, True), (Role.ADMIN, False), (Role.ANALYST, False)):
        client = member(study, role)
        page = client.get(address(study)).content.decode()
        assert ("Win, tie, loss" in page) is sees
        assert ("until it closes only the study&#x27;s owner sees its labels" in page) is not sees
        assert "An open study is not a result" in page
        assert client.get(address(study, "charts/outcomes.csv")).status_code == (200 if sees else 404)
        assert client.get(address(study, f"units/{unit.pk}/")).status_code == (200 if sees else 403)
        assert (b"Win, tie, loss" in client.get(address(study, "html/")).content) is sees


def test_all_see_closed_stages(study):
    close_all(study)
    computed(study)
    page = member(study, Role.ANALYST).get(address(study)).content.decode()
    assert "Win, tie, loss" in page
    assert "An open study is not a result" not in page


def test_a_member_who_rates_waits_for_all_of_it(study):
    computed(study, withheld=[1, 2, 3])
    client = member(study, Role.ANALYST)
    task = study.stages.get(number=1).tasks.first()
    rater = Rater.objects.create(kind="human", user=User.objects.get(memberships__study=study))
    Assignment.objects.create(task=task, stage=task.stage, rater=rater, started_at=NOW)
    page = client.get(address(study)).content.decode()
    assert "You rate in this study" in page
    assert "Verdict" not in page
    assert "You rate in this study" in client.get(address(study, "card/")).content.decode()
    for rest in ("html/", "pdf/", "charts/bottleneck.svg", "charts/bottleneck.csv", "state/"):
        assert client.get(address(study, rest)).status_code == 403


def test_a_part_has_its_own_figures_and_one_that_is_not_there_has_none(report):
    study, whole = report.study, report
    topics = [part["value"] for part in whole.parts if part["column"] == "prompt_topic"]
    assert sorted(topics) == ["cooking", "travel"]
    computed(study, part_column="prompt_topic", part_value="travel")
    owner = member(study)
    assert (
        "topic of the prompt travel only" in owner.get(address(study), {"part": "prompt_topic:travel"}).content.decode()
    )
    part = figures_of(Report.objects.get(part_value="travel"))
    assert part["stage_3"]["overall"]["units"] == figures_of(whole)["stage_3"]["overall"]["units"] / 2
    for wrong in ("prompt_topic:none", "label:1", "nonsense"):
        assert owner.get(address(study), {"part": wrong}).status_code == 404


def test_two_studies_stand_beside_each_other_if_both_may_be_read(study):
    other, strange = worlds.rateable_study(subjects=1), worlds.rateable_study(subjects=1)
    Study.objects.filter(pk=other.pk).update(title="The other one")
    for each in (study, other, strange):
        computed(each)
    owner = member(study)
    Membership.objects.create(study=other, user=User.objects.get(memberships__study=study), role=Role.ANALYST)
    Report.objects.filter(study=other).update(withheld=[1, 2, 3])
    page = owner.get(address(study), {"with": other.slug}).content.decode()
    assert "Beside another study" in page
    assert "The other one" in page
    assert owner.get(address(study), {"with": strange.slug}).status_code == 404


def test_hostile_texts_stay_texts_in_page_files_and_charts(study):
    Attribute.objects.filter(subject__study=study).update(text=EVIL, reason=EVIL, type="=" + EVIL[:40])
    Prompt.objects.filter(study=study).update(text=EVIL)
    Response.objects.filter(case__subject__study=study).update(text=EVIL)
    System.objects.filter(study=study).update(name=EVIL[:100])
    Rater.objects.filter(name="simulated judge A").update(name=EVIL[:100])
    Study.objects.filter(pk=study.pk).update(title=EVIL)
    report = computed(study)
    owner = member(study)
    page, file = owner.get(address(study)), owner.get(address(study, "html/"))
    assert CLEAR not in page.content
    assert CLEAR not in file.content
    assert not re.search(rb"<script|(?:src|href)=\"(?!#)", file.content)  # nothing fetched, nothing run
    assert owner.get(address(study, "pdf/")).content.startswith(b"%PDF-")
    for key in report.drawings:
        svg = owner.get(address(study, f"charts/{key}.svg"))
        assert CLEAR not in svg.content
        tags = {element.tag.partition("}")[2] for element in ET.fromstring(svg.content).iter()}  # noqa: S314 - ours
        assert tags <= {"svg", "g", "path", "text", "tspan", "line", "rect", "title", "desc", "defs", "clipPath"}
        assert b"var(" not in svg.content
    unit = figures_of(report)["stage_3"]["examples"]["disputed"][0]["unit_id"]
    assert CLEAR not in owner.get(address(study, f"units/{unit}/")).content


def test_api_has_the_same_figures_and_withholds_the_same(study):
    owner, analyst = member(study), member(study, Role.ANALYST)
    api = f"/api/v1/studies/{study.slug}/report/"
    assert owner.get(api).status_code == 202
    report = Report.objects.get()
    computing.compute_report(report_id=report.pk, now=timezone.now())
    found = owner.get(api)
    assert (found.status_code, found.json()["state"]) == (200, "done")
    assert found.json()["figures"]["stage_3"] == json.loads(json.dumps(figures_of(Report.objects.get())))["stage_3"]
    computed(study, withheld=[1, 2, 3])
    hidden = analyst.get(api).json()
    assert (hidden["withheld"], hidden["figures"]["stage_3"]) == ([1, 2, 3], None)


def test_charts_and_their_data_agree_and_stand_alone(report):
    study = report.study
    owner = member(study)
    data = owner.get(address(study, "charts/outcomes.csv"))
    assert data.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(data.content.decode())))
    assert float(rows[0]["personalized better"]) == figures_of(report)["stage_3"]["overall"]["win"]["value"]
    svg = ET.fromstring(owner.get(address(study, "charts/outcomes.svg")).content)  # noqa: S314 - ours
    assert svg.attrib["role"] == "img"
    assert {child.tag.partition("}")[2] for child in svg} >= {"title", "desc"}
    assert owner.get(address(study, "charts/nothing.svg")).status_code == 404


def test_no_drawing_carries_style_or_script(report):
    for drawn in report.drawings.values():
        for svg in drawn.values():
            assert not re.search(r"style=|<script|onload|href|<style", svg)


def test_study_page_shows_the_verdict_on_a_card(study):
    owner = member(study)
    assert b"Open the report" in owner.get(address(study, "card/")).content
    computed(study)
    assert "Not enough evidence yet." in owner.get(address(study, "card/")).content.decode()


def test_unit_page_shows_labels_under_pseudonyms_and_leads_to_the_source(study):
    unit = Unit.objects.filter(
        task__stage__study=study, task__stage__number=1, attribute__text="Cooks with weights"
    ).first()
    page = member(study).get(address(study, f"units/{unit.pk}/")).content.decode()
    assert "I always cook with weights" in page
    subject = Subject.objects.get(tasks__units=unit)
    assert f"/studies/{study.slug}/subjects/{subject.pk}/" in page
    assert f"/studies/{study.slug}/conversations/{subject.conversations.get().pk}/?turn=0#turn-0" in page
    assert len(re.findall(r"r-[0-9a-f]{16}", page)) == 3


@pytest.mark.browser
def test_page_is_accessible_and_calm_on_desk_and_phone_in_light_and_dark(report, live_server, page, tmp_path):
    study = report.study
    owner = member(study)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.context.add_cookies([{"name": "sessionid", "value": owner.cookies["sessionid"].value, "url": live_server.url}])
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(live_server.url + address(study))
            page.locator("#report-state").get_by_text("Nothing has changed since").wait_for()
            page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
            assert page.evaluate("document.documentElement.scrollWidth") == width
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
    file = Path(tmp_path) / "report.html"
    file.write_bytes(owner.get(address(study, "html/")).content)
    page.goto(file.as_uri())
    assert page.locator("svg.chart__svg").first.evaluate("each => getComputedStyle(each).width") != "0px"
    assert said == []
