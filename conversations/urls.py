"""Addresses of studies, batches and material."""

from django.urls import include, path

from conversations.views import studies

app_name = "conversations"
urlpatterns = [
    path("", studies.study_list, name="study-list"),
    path("new/", studies.new_study, name="new-study"),
    path("<slug:slug>/", studies.study, name="study"),
    path("<slug:slug>/settings/", studies.settings, name="settings"),
    path("<slug:slug>/clone/", studies.clone, name="clone"),
    path("<slug:slug>/close/", studies.close, name="close"),
    path("<slug:slug>/reopen/", studies.reopen, name="reopen"),
    path("<slug:slug>/delete/", studies.delete, name="delete"),
    path("<slug:slug>/restore/", studies.restore, name="restore"),
    path("<slug:slug>/", include("conversations.material_urls")),
    path("<slug:slug>/", include("conversations.batch_urls")),
]
