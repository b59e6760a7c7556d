"""Addresses of a study's stages, below the study."""

from django.urls import URLPattern

app_name = "stages"
urlpatterns: list[URLPattern] = []
