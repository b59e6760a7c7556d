"""Addresses of exports and the report, below the study."""

from django.urls import path

from reports import views

app_name = "reports"
urlpatterns = [
    path("reports/card/", views.card, name="card"),
    path("exports/", views.export_list, name="export-list"),
    path("exports/table/", views.table, name="export-table"),
    path("exports/<int:export_id>/download/", views.download, name="download"),
]
