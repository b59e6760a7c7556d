"""The raters of a study: all of them in one table, and one of them with everything that is known of their work."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.signed_in import user_of
from conversations.enums import Role
from conversations.models import Study
from conversations.permissions import MANAGE, READ, get_study
from conversations.spreadsheets import csv_response
from judgments.disclosure import Sight, look
from judgments.enums import LookWay
from judgments.oversight.figures_in_words import RaterFigure, figures_in_words
from judgments.oversight.forms.raters import MessageToRaterForm, RaterFilterForm
from judgments.oversight.rater_sheet import FIGURES, RaterLine, lines_of, table
from judgments.oversight.rater_table import RaterRow, rater_rows
from judgments.oversight.steering import may_not_return
from judgments.oversight.timeline import arrivals_of, pages_of, worked_seconds
from judgments.rating.why_nothing import WhyNothing, why_nothing
from judgments.stages import behaviour
from raters.enums import RaterKind
from raters.models import Admission, Enrolment
from raters.queries import messages_of
from raters.services.messages import mark_read

RATERS_ON_A_PAGE = 100
PAGES_ON_A_PAGE = 50
TITLES = {
    "number": "Rater",
    "state": "State",
    "flags": "Flags",
    "done": "Done",
    "surplus": "Surplus",
    "set_aside": "Set aside",
    **FIGURES,
    "entry": "Came by",
}
RISING = {"number", "entry", "state"}  # sorted from the lowest first; figures from the highest


@dataclass(frozen=True, slots=True)
class SortHeading:
    title: str
    address: str
    sorted: str  # for aria-sort
    is_number: bool


@dataclass(frozen=True, slots=True)
class StageCard:
    """What a rater's page says about one stage."""

    admission: Admission
    row: RaterRow
    figures: list[RaterFigure]
    why: WhyNothing

    @property
    def excluded(self) -> int:
        return self.row.excluded


@login_required
@require_safe
def rater_list(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_study(request.user, slug, *READ)
    form = RaterFilterForm(request.GET, study=study)
    sight = _look(request, study)
    lines = _asked_lines(form, study, sight)
    page = Paginator(lines, RATERS_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "study": study,
        "form": form,
        "headings": _headings(request, form.asked["sort"]),
        "page": page,
        "waits": sight.waits,
        "withheld": sorted(sight.withheld),
        "is_filtered": any(form.asked[name] for name in ("stage", "state", "flagged")),
        "csv_query": _query(request, page=None),
        **_neighbours(request, page),
    }
    return render(request, "judgments/raters/list.html", context)


@login_required
@require_safe
def rater_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """All rows of the table as it is filtered and sorted."""
    study = get_study(request.user, slug, *READ)
    sight = _look(request, study)
    lines = _asked_lines(RaterFilterForm(request.GET, study=study), study, sight)
    return csv_response(table(lines), filename=f"{study.slug}-raters.csv")


@login_required
@require_safe
def rater(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    study = get_study(request.user, slug, *READ)
    return rater_screen(request, study, number, form=MessageToRaterForm())


def rater_screen(
    request: HttpRequest, study: Study, number: int, *, form: MessageToRaterForm, status: int = 200
) -> HttpResponse:
    enrolment = human_of(study, number)
    sight = _look(request, study)
    role = study.memberships.get(user=user_of(request)).role
    may_manage = role in MANAGE
    rows = rater_rows(study=study, sight=sight, rater_ids=[enrolment.rater_id])
    page = Paginator(pages_of(enrolment), PAGES_ON_A_PAGE).get_page(request.GET.get("page"))
    thread = list(messages_of(enrolment)) if may_manage else []
    if may_manage:
        mark_read(enrolment=enrolment, from_rater=True, now=timezone.now())
    context = {
        "study": study,
        "enrolment": enrolment,
        "row": rows[0],
        "cards": _cards(enrolment, rows[0], sight),
        "page": page,
        "worked": [(one, worked_seconds(one)) for one in page],
        "arrivals": arrivals_of(enrolment),
        "thread": thread,
        "form": form,
        "may_manage": may_manage,
        "shows_kinds": may_manage and not sight.waits,
        "is_owner": role == Role.OWNER,
        "may_not_return": may_not_return(enrolment),
        **_neighbours(request, page),
    }
    return render(request, "judgments/raters/rater.html", context, status=status)


def human_of(study: Study, number: int) -> Enrolment:
    """Raises Http404 where the study has no human rater of this number."""
    return get_object_or_404(
        Enrolment.objects.select_related("rater", "study", "consent", "entry_link"),
        study=study,
        number=number,
        rater__kind=RaterKind.HUMAN,
    )


def _look(request: HttpRequest, study: Study) -> Sight:
    """These pages tell everybody how raters agree, of stages whose labels by side are withheld too."""
    return look(study=study, user=user_of(request), by=LookWay.RATER_PAGE, now=timezone.now(), tells_of_withheld=True)


def _cards(enrolment: Enrolment, row: RaterRow, sight: Sight) -> list[StageCard]:
    now = timezone.now()
    cards = []
    for admission in row.admissions:
        works = [work for work in row.works if work.stage == admission.stage]
        here = RaterRow(enrolment, [admission], row.state, works)
        why = why_nothing(rater=enrolment.rater, stage=admission.stage, now=now)
        cards.append(StageCard(admission, here, _figures(here, sight), why))
    return cards


def _figures(row: RaterRow, sight: Sight) -> list[RaterFigure]:
    """Of one stage; none where the rater has not worked in it, and sides where it has any."""
    if not row.works:
        return []
    found = figures_in_words(row, sight)
    if not behaviour(row.works[0].stage.number).has_sides:
        del found["left"], found["controls"]
    return list(found.values())


def _asked_lines(form: RaterFilterForm, study: Study, sight: Sight) -> list[RaterLine]:
    asked = form.asked
    rows = rater_rows(study=study, sight=sight, stage=asked["stage"])
    return lines_of(rows, sight, state=asked["state"], flagged=asked["flagged"], sort=asked["sort"])


def _headings(request: HttpRequest, sort: str) -> list[SortHeading]:
    """Asking for a column again turns its order round."""
    headings = []
    for key, title in TITLES.items():
        first = key if key in RISING else f"-{key}"
        other = f"-{key}" if first == key else key
        now = {key: "ascending", f"-{key}": "descending"}.get(sort, "")
        following = other if sort == first else first
        headings.append(
            SortHeading(title, _query(request, sort=following, page=None), now, key not in {*RISING, "flags"})
        )
    return headings


def _neighbours(request: HttpRequest, page: Page) -> dict[str, str]:  # type: ignore[type-arg]
    return {
        "newer": _query(request, page=page.previous_page_number()) if page.has_previous() else "",
        "older": _query(request, page=page.next_page_number()) if page.has_next() else "",
    }


def _query(request: HttpRequest, **changed: object) -> str:
    asked = {name: value for name, value in request.GET.dict().items() if value} | changed
    return "?" + urlencode({name: value for name, value in asked.items() if value is not None})
