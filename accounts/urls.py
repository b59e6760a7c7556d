"""Addresses of accounts."""

from django.urls import path

from accounts import security_views, views

app_name = "accounts"
urlpatterns = [
    path("tokens/", views.token_list, name="token-list"),
    path("tokens/new/", views.create_token, name="create-token"),
    path("tokens/<int:token_id>/revoke/", views.revoke_token, name="revoke-token"),
    path("security/", security_views.security, name="security"),
    path("security/confirm/", security_views.confirm, name="confirm"),
    path("security/password/", security_views.change_password, name="change-password"),
    path("security/app/", security_views.add_app, name="add-app"),
    path("security/app/remove/", security_views.remove_app, name="remove-app"),
    path("security/codes/", security_views.renew_codes, name="renew-codes"),
    path("security/passkeys/", security_views.add_passkey, name="add-passkey"),
    path("security/passkeys/options/", security_views.new_passkey_options, name="new-passkey-options"),
    path("security/passkeys/<int:passkey_id>/", security_views.rename_passkey, name="rename-passkey"),
    path("security/passkeys/<int:passkey_id>/remove/", security_views.remove_passkey, name="remove-passkey"),
]
