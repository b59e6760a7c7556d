"""Addresses of studies, batches and material."""

from django.urls import include, path

from conversations.views import consent, members, studies, translations

app_name = "conversations"
urlpatterns = [
    path("", studies.study_list, name="study-list"),
    path("new/", studies.new_study, name="new-study"),
    path("<slug:slug>/", studies.study, name="study"),
    path("<slug:slug>/settings/", studies.settings, name="settings"),
    path("<slug:slug>/members/", members.members, name="members"),
    path("<slug:slug>/members/<int:membership_id>/role/", members.change_role, name="change-role"),
    path("<slug:slug>/members/<int:membership_id>/remove/", members.remove, name="remove-member"),
    path("<slug:slug>/invitations/<int:invitation_id>/revoke/", members.revoke, name="revoke-invitation"),
    path("<slug:slug>/consent/", consent.consent, name="consent"),
    path("<slug:slug>/consent/preview/", consent.preview, name="consent-preview"),
    path("<slug:slug>/consent/in/<slug:language>/", translations.consent, name="consent-in"),
    path("<slug:slug>/clone/", studies.clone, name="clone"),
    path("<slug:slug>/close/", studies.close, name="close"),
    path("<slug:slug>/reopen/", studies.reopen, name="reopen"),
    path("<slug:slug>/delete/", studies.delete, name="delete"),
    path("<slug:slug>/restore/", studies.restore, name="restore"),
    path("<slug:slug>/", include("conversations.material_urls")),
    path("<slug:slug>/", include("conversations.batch_urls")),
]
