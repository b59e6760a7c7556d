"""Addresses of a study's stages, below the study."""

from django.urls import path

from judgments.study_views import stages

app_name = "stages"
urlpatterns = [
    path("stages/card/", stages.card, name="card"),
    path("stages/<int:number>/", stages.stage, name="stage"),
    path("stages/<int:number>/building/", stages.building, name="building"),
    path("stages/<int:number>/open/", stages.open_stage, name="open"),
    path("stages/<int:number>/pause/", stages.pause_stage, name="pause"),
    path("stages/<int:number>/close/", stages.close_stage, name="close"),
]
