"""Addresses of a study's material and guidelines; conversations.urls includes them behind the study's slug."""

from django.urls import path

from conversations.views import guidelines, material, translations

urlpatterns = [
    path("subjects/", material.subjects, name="subjects"),
    path("subjects/<int:pk>/", material.subject, name="subject"),
    path("conversations/<int:pk>/", material.conversation, name="conversation"),
    path("attributes/", material.attributes, name="attributes"),
    path("prompts/", material.prompts, name="prompts"),
    path("withdraw/", material.withdraw, name="withdraw"),
    path("material/restore/", material.restore, name="restore-material"),
    path("guidelines/<int:number>/", guidelines.guidelines, name="guidelines"),
    path("guidelines/<int:number>/preview/", guidelines.preview, name="guidelines-preview"),
    path("guidelines/<int:number>/in/<slug:language>/", translations.guidelines, name="guidelines-in"),
]
