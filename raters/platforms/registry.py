"""The platforms raters may come from: the one place where one is named to whoever makes links and takes arrivals."""

from collections.abc import Iterable

from raters.enums import Platform
from raters.platforms import open as no_platform
from raters.platforms import other, prolific
from raters.platforms.base import ArrivalPlatform

PLATFORMS: tuple[ArrivalPlatform, ...] = (
    no_platform.PLATFORM,
    prolific.PLATFORM,
    other.PLATFORM,
)


def by_name(platforms: Iterable[ArrivalPlatform]) -> dict[str, ArrivalPlatform]:
    """Raises ValueError unless every value that a link may hold has one platform, and every platform a value."""
    found: dict[str, ArrivalPlatform] = {}
    for platform in platforms:
        named = Platform(platform.name).value
        if named in found:
            raise ValueError(f"Two platforms are named {named}.")
        found[named] = platform
    if missing := set(Platform.values) - found.keys():
        raise ValueError(f"Without a platform: {', '.join(sorted(missing))}.")
    return found


_PLATFORMS = by_name(PLATFORMS)


def platform_of(name: str) -> ArrivalPlatform:
    """Raises KeyError where no platform is named so."""
    return _PLATFORMS[name]


def all_platforms() -> list[ArrivalPlatform]:
    return list(_PLATFORMS.values())


def crowd_names() -> list[str]:
    """What links of crowd platforms store."""
    return [platform.name for platform in all_platforms() if platform.is_crowd]
