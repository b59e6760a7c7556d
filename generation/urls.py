"""Addresses of endpoints, systems and runs, below the study."""

from django.urls import URLPattern

app_name = "generation"
urlpatterns: list[URLPattern] = []
