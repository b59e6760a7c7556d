"""All addresses. Every route has a row in the authorisation matrix (tests/yardstick/test_authorisation.py)."""

from django.contrib.auth import views as auth_views
from django.urls import include, path
from django.views.decorators.http import require_POST
from django.views.generic import RedirectView
from django.views.i18n import set_language

from accounts.views import sign_in
from yardstick.project import api_docs, unavailable, views

# Addresses are tried from the top: raters' pages, which are asked for at every answer, come first.
urlpatterns = [
    path("rate/", include("judgments.urls")),
    path("", RedirectView.as_view(pattern_name="conversations:study-list"), name="home"),
    path("login/", sign_in.SignIn.as_view(), name="login"),
    path("login/code/", sign_in.second_factor, name="second-factor"),
    path("login/passkey/", sign_in.passkey_sign_in, name="passkey-sign-in"),
    path("login/passkey/options/", sign_in.passkey_options, name="passkey-options"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("health/live", views.alive, name="health-live"),
    path("health/ready", views.ready, name="health-ready"),
    path("account/", include("accounts.urls")),
    path("studies/", include("conversations.urls")),
    path("studies/<slug:slug>/", include("raters.study_urls")),
    path("studies/<slug:slug>/", include("judgments.study_urls")),
    path("studies/<slug:slug>/", include("generation.urls")),
    path("studies/<slug:slug>/", include("reports.urls")),
    path("datasets/", include("reports.dataset_urls")),
    path("invitations/", include("conversations.invitation_urls")),
    path("language/", require_POST(set_language), name="set-language"),
    path("r/", include("raters.urls")),
    path("hooks/", include("raters.hook_urls")),
    path("api/docs/", api_docs.documentation, name="api-docs"),
    path("api/schema/", api_docs.schema, name="api-schema"),
    path("api/v1/", include("yardstick.api_urls")),
]

handler500 = unavailable.server_error
