"""Addresses of the rating pages."""

from django.urls import path

from judgments.rating.views import blinding, leaving, messages, practice, task, withdrawing

app_name = "judgments"
urlpatterns = [
    path("<slug:slug>/<int:number>/<uuid:assignment_id>/submit/", task.submit, name="submit"),
    path("<slug:slug>/<int:number>/", task.rate, name="rate"),
    path("<slug:slug>/<int:number>/history/", leaving.history, name="history"),
    path("<slug:slug>/<int:number>/finish/", leaving.finish, name="finish"),
    path("<slug:slug>/<int:number>/end/", leaving.end_arrival, name="end-arrival"),
    path("<slug:slug>/<int:number>/blinding/", blinding.ask, name="blinding"),
    path("<slug:slug>/<int:number>/messages/", messages.write, name="messages"),
    path("<slug:slug>/<int:number>/withdraw/", withdrawing.withdraw, name="withdraw"),
    path("<slug:slug>/<int:number>/practice/", practice.practice, name="practice"),
    path("<slug:slug>/<int:number>/practice/<uuid:assignment_id>/", practice.feedback, name="practice-feedback"),
    path("<slug:slug>/<int:number>/practice/<uuid:assignment_id>/submit/", practice.submit, name="practice-submit"),
    path(
        "<slug:slug>/<int:number>/practice/<uuid:assignment_id>/set-aside/",
        practice.set_aside,
        name="practice-set-aside",
    ),
    path("<slug:slug>/<int:number>/check/", practice.check, name="check"),
    path("<slug:slug>/<int:number>/<uuid:assignment_id>/", task.revise, name="revise"),
    path("<slug:slug>/<int:number>/<uuid:assignment_id>/material/", task.material, name="material"),
    path("<slug:slug>/<int:number>/<uuid:assignment_id>/draft/", task.draft, name="draft"),
    path("<slug:slug>/<int:number>/<uuid:assignment_id>/set-aside/", task.set_aside, name="set-aside"),
]
