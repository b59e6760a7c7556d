"""The pictures of the documentation that show arms, controls and the ladder, of the made-up study of benchmarks/pictured_study.py.

CHROMIUM=/usr/bin/chromium python -m yardstick.embedded exec --ephemeral -- python benchmarks/pictures.py --to docs/images
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yardstick.settings")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
django.setup()

from django.conf import settings  # noqa: E402 - Django must be set up first
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from accounts.models import User  # noqa: E402
from benchmarks.local_server import server  # noqa: E402
from benchmarks.pictured_study import made_up_study, study_before_its_ladder  # noqa: E402
from conversations.models import Membership, Study  # noqa: E402
from tests.reports.reported import computed  # noqa: E402

WIDTHS = {"": 1280, "-narrow": 390}  # of the window; the narrow ones are to look at only
# Which part of which page of which study a picture shows, and how many pixels of it at most.
PICTURES = {
    "ladder-page": ("before-the-ladder", "ladder/", "main", 1268),
    "arms": ("three-policies", "report/", "section.verdict", 1268),
    "controls": ("three-policies", "report/", "#controls", 1000),
    "ladder": ("three-policies", "report/", "#bottleneck", 625),
    "raters": ("three-policies", "raters/?stage=3&sort=controls", "main", 780),
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--to", type=Path, required=True)
    arguments.add_argument("--narrow", action="store_true", help="as on a phone too")
    asked = arguments.parse_args()
    setup_test_environment()
    call_command("migrate", verbosity=0)
    studies = [study_before_its_ladder(), made_up_study()]
    computed(studies[-1])
    widths = WIDTHS if asked.narrow else {"": WIDTHS[""]}
    with server() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM"), args=["--no-sandbox", "--disable-gpu"]
        )
        for ending, width in widths.items():
            page = signed_in(browser, url, studies, width)
            for name, (slug, address, part, most) in PICTURES.items():
                page.goto(f"{url}/studies/{slug}/{address}")
                take(page, part, most, asked.to / f"{name}{ending}.png")


def take(page: Page, part: str, most: int, path: Path) -> None:
    box = page.locator(part).first.bounding_box()
    if box is None:
        raise LookupError(f"The page has no {part}.")
    edge = 16
    page.screenshot(
        path=path,
        full_page=True,
        clip={
            "x": max(0, box["x"] - edge),
            "y": max(0, box["y"] - edge),
            "width": box["width"] + 2 * edge,
            "height": min(most, box["height"] + 2 * edge),
        },
    )


def signed_in(browser: Browser, url: str, studies: Sequence[Study], width: int) -> Page:
    owner, _made = User.objects.get_or_create(username="owner")
    for study in studies:
        Membership.objects.get_or_create(study=study, user=owner, role="owner")
    client = Client()
    client.force_login(owner)
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme="light")
    context.add_cookies(
        [
            {
                "name": settings.SESSION_COOKIE_NAME,
                "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                "url": url,
            }
        ]
    )
    return context.new_page()


if __name__ == "__main__":
    main()
