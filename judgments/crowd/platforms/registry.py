"""The crowd platforms there are: the one place where one is named to the lists, the pages and the workers."""

from collections.abc import Iterable

from judgments.crowd.platforms import other, prolific
from judgments.crowd.platforms.base import CrowdPlatform, PlatformApi
from raters.platforms.registry import crowd_names

PLATFORMS: tuple[CrowdPlatform, ...] = (prolific.PLATFORM, other.PLATFORM)


def by_name(platforms: Iterable[CrowdPlatform]) -> dict[str, CrowdPlatform]:
    """Raises ValueError unless each platform that sends a crowd is here once, and no other."""
    found: dict[str, CrowdPlatform] = {}
    for platform in platforms:
        if platform.name in found:
            raise ValueError(f"Two crowd platforms are named {platform.name}.")
        found[platform.name] = platform
    if wrong := found.keys() ^ set(crowd_names()):
        raise ValueError(f"Not both where raters arrive and where they are paid: {', '.join(sorted(wrong))}.")
    return found


_PLATFORMS = by_name(PLATFORMS)


def crowd_platform(name: str) -> CrowdPlatform:
    """Raises KeyError where no crowd platform is named so."""
    return _PLATFORMS[name]


def platforms_with_api() -> list[CrowdPlatform]:
    return [platform for platform in _PLATFORMS.values() if platform.api]


def api_of(name: str) -> PlatformApi:
    """Raises KeyError for a platform that can't be told by calls."""
    api = _PLATFORMS[name].api
    if api is None:
        raise KeyError(name)
    return api


def example_name() -> str:
    """The platform that is named where people are told what crowd platforms are."""
    return next(iter(_PLATFORMS.values())).short_name
