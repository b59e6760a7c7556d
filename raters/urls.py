"""Addresses by which raters arrive."""

from django.urls import path

from raters.views import arrival, ended

app_name = "arrival"
urlpatterns = [
    path("resume/<str:token>/", arrival.resume, name="resume"),
    path("<slug:slug>/<int:number>/ended/", ended.ended, name="ended"),
    path("<str:token>/", arrival.arrive, name="arrive"),
]
