"""Addresses of the webhooks: one for each platform that has any."""

from django.urls import URLPattern, path

from raters.platforms.registry import all_platforms
from raters.views import hooks


def addresses() -> list[URLPattern]:
    return [
        path(f"{platform.name}/", hooks.take, {"platform": platform.name}, name=f"{platform.name}-hook")
        for platform in all_platforms()
        if platform.hook
    ]


urlpatterns = addresses()
