"""Addresses of the rating pages."""

from django.urls import path

from judgments.views import blinding, learning, leaving, messages, rating, withdrawing

app_name = "judgments"
urlpatterns = [
    path("<slug:slug>/<int:number>/", rating.rate, name="rate"),
    path("<slug:slug>/<int:number>/history/", leaving.history, name="history"),
    path("<slug:slug>/<int:number>/finish/", leaving.finish, name="finish"),
    path("<slug:slug>/<int:number>/end/", leaving.end_visit, name="end-visit"),
    path("<slug:slug>/<int:number>/blinding/", blinding.ask, name="blinding"),
    path("<slug:slug>/<int:number>/messages/", messages.write, name="messages"),
    path("<slug:slug>/<int:number>/withdraw/", withdrawing.withdraw, name="withdraw"),
    path("<slug:slug>/<int:number>/practice/", learning.practice, name="practice"),
    path("<slug:slug>/<int:number>/practice/<uuid:assignment_id>/", learning.feedback, name="practice-feedback"),
    path("<slug:slug>/<int:number>/practice/<uuid:assignment_id>/submit/", learning.submit, name="practice-submit"),
    path(
        "<slug:slug>/<int:number>/practice/<uuid:assignment_id>/set-aside/",
        learning.set_aside,
        name="practice-set-aside",
    ),
    path("<slug:slug>/<int:number>/check/", learning.check, name="check"),
    path("<slug:slug>/<int:number>/<uuid:assignment_id>/", rating.revise, name="revise"),
    path("<slug:slug>/<int:number>/<uuid:assignment_id>/material/", rating.material, name="material"),
    path("<slug:slug>/<int:number>/<uuid:assignment_id>/submit/", rating.submit, name="submit"),
    path("<slug:slug>/<int:number>/<uuid:assignment_id>/draft/", rating.draft, name="draft"),
    path("<slug:slug>/<int:number>/<uuid:assignment_id>/set-aside/", rating.set_aside, name="set-aside"),
]
