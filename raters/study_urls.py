"""Addresses of a study's entry links, below the study."""

from django.urls import path

from raters.study_views import completion_codes, links
from raters.views import colleagues

app_name = "raters"
urlpatterns = [
    path("stages/<int:number>/rate/", colleagues.start, name="start"),
    path("raters/card/", links.card, name="card"),
    path("raters/links/new/", links.create_link, name="create-link"),
    path("raters/links/<int:link_id>/", completion_codes.link_screen, name="link"),
    path("raters/links/<int:link_id>/close/", links.close_link, name="close-link"),
]
