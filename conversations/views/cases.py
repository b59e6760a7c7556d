"""The cases of a study, and sampling more of them."""

from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.signed_in import user_of
from conversations.permissions import MANAGE, READ, get_study
from conversations.queries import cases as queries
from conversations.queries.arms import arms_of, outcomes_on
from conversations.queries.material import list_part
from conversations.services import cases as services
from conversations.views.material import may_manage, number_in, searched

MOST_ARMS = 200  # that a page lists


class SampleForm(forms.Form):
    prompts_per_subject = forms.IntegerField(label="Prompts for each subject", min_value=1, max_value=1000, initial=4)


@login_required
@require_safe
def cases(request: HttpRequest, slug: str) -> HttpResponse:
    study = get_study(request.user, slug, *READ)
    search, arm = searched(request), number_in(request, "arm")
    page = list_part(queries.cases_of(study, search=search, arm=arm), after=number_in(request, "after") or 0)
    asked = {"q": search, **({} if arm is None else {"arm": arm})}
    outcomes = outcomes_on([case.pk for case in page.rows])
    context = {
        "study": study,
        "cases": [(case, outcomes.get(case.pk, ())) for case in page.rows],
        "older": f"?{urlencode({**asked, 'after': page.next_after})}" if page.next_after else "",
        "search": search,
        "arm": arm,
        "arms": arms_of(study)[:MOST_ARMS],
        "form": SampleForm(),
        "may_manage": may_manage(request, study),
    }
    return render(request, "conversations/cases/list.html", context)


@login_required
@require_POST
def sample(request: HttpRequest, slug: str) -> HttpResponse:
    """First says how many cases there would be; makes them when that is confirmed."""
    study = get_study(request.user, slug, *MANAGE)
    form = SampleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say how many prompts each subject gets, from 1 to 1000.")
        return redirect("conversations:cases", slug=slug)
    wanted = form.cleaned_data["prompts_per_subject"]
    if request.POST.get("confirmed") != "1":
        count = services.count_sample(study=study, prompts_per_subject=wanted, seed=study.seed)
        context = {"study": study, "prompts_per_subject": wanted, "count": count}
        return render(request, "conversations/cases/confirm.html", context)
    made = services.sample_cases(study=study, prompts_per_subject=wanted, seed=study.seed, actor=user_of(request))
    messages.success(request, f"{made} case{'' if made == 1 else 's'} added.")
    return redirect("conversations:cases", slug=slug)
