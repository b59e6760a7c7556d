"""Addresses by which raters arrive."""

from django.urls import URLPattern

app_name = "raters"
urlpatterns: list[URLPattern] = []
