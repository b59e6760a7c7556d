"""Addresses of exports and the report, below the study."""

from django.urls import path

from reports.exports import views
from reports.report.views import files, raters_needed, screen, units

app_name = "reports"
urlpatterns = [
    path("reports/card/", views.card, name="card"),
    path("report/", screen.report, name="report"),
    path("report/state/", screen.state, name="report-state"),
    path("report/card/", screen.card, name="report-card"),
    path("report/raters-needed/", raters_needed.raters_needed, name="raters-needed"),
    path("report/html/", files.html, name="report-html"),
    path("report/pdf/", files.pdf, name="report-pdf"),
    path("report/charts/<slug:key>.svg", files.chart_svg, name="chart-svg"),
    path("report/charts/<slug:key>.csv", files.chart_csv, name="chart-csv"),
    path("report/units/<int:unit_id>/", units.unit, name="unit"),
    path("exports/", views.export_list, name="export-list"),
    path("exports/table/", views.table, name="export-table"),
    path("exports/<int:export_id>/download/", views.download, name="download"),
]
