"""Addresses by which raters arrive."""

from django.urls import path

from raters.views import arrival

app_name = "arrival"
urlpatterns = [
    path("resume/<str:token>/", arrival.resume, name="resume"),
    path("<str:token>/", arrival.arrive, name="arrive"),
]
