"""Addresses by which raters arrive."""

from django.urls import path

from raters import views

app_name = "arrival"
urlpatterns = [
    path("resume/<str:token>/", views.resume, name="resume"),
    path("<str:token>/", views.arrive, name="arrive"),
]
