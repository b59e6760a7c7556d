"""Addresses of exports and the report, below the study."""

from django.urls import URLPattern

app_name = "reports"
urlpatterns: list[URLPattern] = []
