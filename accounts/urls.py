"""Addresses of accounts."""

from django.urls import path

from accounts.views import security, tokens

app_name = "accounts"
urlpatterns = [
    path("tokens/", tokens.token_list, name="token-list"),
    path("tokens/new/", tokens.create_token, name="create-token"),
    path("tokens/<int:token_id>/revoke/", tokens.revoke_token, name="revoke-token"),
    path("security/", security.security, name="security"),
    path("security/confirm/", security.confirm, name="confirm"),
    path("security/password/", security.change_password, name="change-password"),
    path("security/app/", security.add_app, name="add-app"),
    path("security/app/remove/", security.remove_app, name="remove-app"),
    path("security/codes/", security.renew_codes, name="renew-codes"),
    path("security/passkeys/", security.add_passkey, name="add-passkey"),
    path("security/passkeys/options/", security.new_passkey_options, name="new-passkey-options"),
    path("security/passkeys/<int:passkey_id>/", security.rename_passkey, name="rename-passkey"),
    path("security/passkeys/<int:passkey_id>/remove/", security.remove_passkey, name="remove-passkey"),
]
