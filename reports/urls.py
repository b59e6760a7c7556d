"""Addresses of exports, below the study."""

from django.urls import path

from reports import views

app_name = "reports"
urlpatterns = [
    path("exports/card/", views.card, name="card"),
    path("exports/new/", views.request_export, name="request-export"),
    path("exports/<int:export_id>/", views.download, name="download"),
]
