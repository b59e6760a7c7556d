"""Each platform is registered once where raters arrive and, if it sends a crowd, once where they are paid."""

from dataclasses import replace
from typing import Any

import pytest

from judgments.crowd.platforms import registry as crowds
from raters.enums import Platform
from raters.models import EntryLink
from raters.platforms import registry as arrivals
from raters.platforms.base import ArrivalPlatform, TokenRefused


def test_platforms_that_a_link_may_hold_are_the_platforms_there_are() -> None:
    assert [one.name for one in arrivals.all_platforms()] == list(Platform)


@pytest.mark.parametrize(
    ("platforms", "words"),
    [
        ([*arrivals.PLATFORMS, arrivals.PLATFORMS[0]], "Two platforms are named open"),
        (arrivals.PLATFORMS[1:], "Without a platform: open"),
        ([*arrivals.PLATFORMS, replace(arrivals.PLATFORMS[0], name="nowhere")], "nowhere"),
    ],
)
def test_a_registry_with_a_gap_or_a_double_is_refused(platforms: list[ArrivalPlatform], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        arrivals.by_name(platforms)


@pytest.mark.parametrize(
    ("platforms", "words"),
    [
        ([*crowds.PLATFORMS, crowds.PLATFORMS[0]], "Two crowd platforms"),
        (crowds.PLATFORMS[1:], "Not both where raters arrive and where they are paid: prolific"),
        ([*crowds.PLATFORMS, replace(crowds.PLATFORMS[0], name="open")], "paid: open"),
    ],
)
def test_a_crowd_that_only_arrives_or_is_only_paid_is_refused(platforms: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        crowds.by_name(platforms)


@pytest.mark.parametrize("platform", arrivals.PLATFORMS, ids=lambda platform: platform.name)
def test_a_platform_fixes_only_fields_of_a_link(platform: ArrivalPlatform) -> None:
    assert platform.short_name and platform.address_words
    for name in {*platform.fixed, *platform.field_help}:
        EntryLink._meta.get_field(name)  # or it raises


def test_a_token_is_never_taken_for_checked_where_a_platform_signs_nothing() -> None:
    with pytest.raises(TokenRefused):
        arrivals.platform_of(Platform.OTHER).check_token(EntryLink(), {"token": "x"})
