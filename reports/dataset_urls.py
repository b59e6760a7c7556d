"""Addresses of datasets that become studies: they belong to no study yet."""

from django.urls import path

from reports.imports import views as datasets

app_name = "datasets"
urlpatterns = [
    path("", datasets.upload, name="upload"),
    path("<int:import_id>/", datasets.dataset, name="dataset"),
    path("<int:import_id>/progress/", datasets.progress, name="progress"),
]
