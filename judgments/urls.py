"""Addresses of the rating pages."""

from django.urls import URLPattern

app_name = "judgments"
urlpatterns: list[URLPattern] = []
