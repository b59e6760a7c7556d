"""The comprehension check of a stage, for those who manage the study."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.signed_in import user_of
from conversations.models import Stage
from conversations.permissions import MANAGE, get_study
from judgments.authoring import questions, reads
from judgments.authoring.forms import QuestionForm
from judgments.models import Question


@login_required
@require_http_methods(["GET", "POST"])
def question_list(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The questions in order, and a form that adds one."""
    found = _stage(request, slug, number)
    form = QuestionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        questions.add_question(stage=found, actor=user_of(request), **form.fields_of_question())
        messages.success(request, "The question is added.")
        return redirect("stages:questions", slug, number)
    context = {"study": found.study, "stage": found, "questions": list(reads.questions(found)), "form": form}
    return render(request, "judgments/questions/list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str, number: int, question_id: int) -> HttpResponse:
    question = _question(request, slug, number, question_id)
    initial = {
        "text": question.text,
        "choices": "\n".join(question.choices),
        "answer": question.answer + 1,
        "explanation": question.explanation,
    }
    form = QuestionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        questions.replace_question(
            question=question, actor=user_of(request), now=timezone.now(), **form.fields_of_question()
        )
        messages.success(request, "The question is changed for those who come from now on.")
        return redirect("stages:questions", slug, number)
    context = {"study": question.stage.study, "stage": question.stage, "question": question, "form": form}
    return render(request, "judgments/questions/edit.html", context)


@login_required
@require_POST
def retire(request: HttpRequest, slug: str, number: int, question_id: int) -> HttpResponse:
    question = _question(request, slug, number, question_id)
    questions.retire_question(question=question, actor=user_of(request), now=timezone.now())
    messages.success(request, "The question is not asked any more.")
    return redirect("stages:questions", slug, number)


@login_required
@require_POST
def move(request: HttpRequest, slug: str, number: int, question_id: int) -> HttpResponse:
    question = _question(request, slug, number, question_id)
    questions.move_question(question=question, up=request.POST.get("to") != "down")
    return redirect("stages:questions", slug, number)


@login_required
@require_POST
def suggest(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    found = _stage(request, slug, number)
    added = questions.add_suggested_questions(stage=found, actor=user_of(request))
    if added:
        messages.success(request, f"{added} suggested questions are added. Change them to suit your guidelines.")
    return redirect("stages:questions", slug, number)


def _stage(request: HttpRequest, slug: str, number: int) -> Stage:
    study = get_study(request.user, slug, *MANAGE)
    return get_object_or_404(study.stages.select_related("study"), number=number)


def _question(request: HttpRequest, slug: str, number: int, question_id: int) -> Question:
    found = _stage(request, slug, number)
    return get_object_or_404(reads.questions(found).select_related("stage__study"), pk=question_id)
