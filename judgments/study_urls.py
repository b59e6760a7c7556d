"""Addresses of a study's stages, below the study."""

from django.urls import path

from judgments import study_views

app_name = "stages"
urlpatterns = [
    path("stages/card/", study_views.card, name="card"),
    path("stages/<int:number>/", study_views.stage, name="stage"),
    path("stages/<int:number>/open/", study_views.open_stage, name="open"),
    path("stages/<int:number>/pause/", study_views.pause_stage, name="pause"),
    path("stages/<int:number>/close/", study_views.close_stage, name="close"),
]
