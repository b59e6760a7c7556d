"""Addresses of the rating pages."""

from django.urls import path

from judgments import views

app_name = "judgments"
urlpatterns = [
    path("<slug:slug>/<int:number>/", views.rate, name="rate"),
    path("<slug:slug>/<int:number>/history/", views.history, name="history"),
    path("<slug:slug>/<int:number>/finish/", views.finish, name="finish"),
    path("<slug:slug>/<int:number>/<uuid:assignment_id>/", views.revise, name="revise"),
    path("<slug:slug>/<int:number>/<uuid:assignment_id>/submit/", views.submit, name="submit"),
    path("<slug:slug>/<int:number>/<uuid:assignment_id>/draft/", views.draft, name="draft"),
    path("<slug:slug>/<int:number>/<uuid:assignment_id>/set-aside/", views.set_aside, name="set-aside"),
]
