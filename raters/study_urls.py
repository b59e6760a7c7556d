"""Addresses of a study's entry links, below the study."""

from django.urls import path

from raters import study_views

app_name = "raters"
urlpatterns = [
    path("raters/card/", study_views.card, name="card"),
    path("raters/links/new/", study_views.create_link, name="create-link"),
    path("raters/links/<int:link_id>/close/", study_views.close_link, name="close-link"),
]
