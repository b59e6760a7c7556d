"""The address of an invitation."""

from django.urls import path

from conversations.views import invitations

app_name = "invitations"
urlpatterns = [path("<str:token>/", invitations.invitation, name="invitation")]
