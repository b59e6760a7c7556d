"""No app reaches the tables of a higher one by the name of the way back that Django gives to its rows.

Imports and foreign keys go down (test_fence.py, test_imports.py); a related name is the one way up that needs neither.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.yardstick.reverse_names import FLOORS, names_from_above, own_names, tables_above, ways_up

PROJECT = Path(__file__).parents[2]
IN_A_TEMPLATE = re.compile(r"\{[{%].*?[}%]\}")
EXCEPTIONS = {
    ("conversations/formats/readers/chatgpt/__init__.py", "reports"): "a list that this reader fills",
}
PLANTED = {
    "raters": [
        "first = stage.tasks.all()",
        "count = study.slots.filter(x=1).count() + 1",
        "links = EntryLink.objects.filter(stage__tasks__isnull=False)",
        "links = EntryLink.objects.exclude(Q(stage__slots=None))",
        "raters = Rater.objects.get(assignments=assignment)",
        "arrivals = Arrival.objects.annotate(told=Count('platform_acts'))",
        "arrivals = Arrival.objects.order_by('-platform_acts__told_at')",
        "raters = Rater.objects.prefetch_related(Prefetch('judgments'), *['assignments__task'])",
        "left = Exists(Study.objects.filter(pk=OuterRef('study'), reports__state='done'))",
        "study = get_object_or_404(Study, exports__pk=number)",
        "found = Study.objects.values_list('slug', 'platform_account__busy_until')",
    ],
    "conversations": ["people = study.enrolments.all()", "count = subject.raters.count()"],
    "accounts": ["rater = request.user.rater", "users = User.objects.filter(memberships__study=study)"],
    "judgments": ["items = task.run_items.all()"],
}
ALLOWED = {
    "raters": [
        "links = study.entry_links.filter(admissions__enrolment=enrolment)",
        "links = links.annotate(tasks=Count('admissions'))",
        "links = links.filter(label='tasks')",
        "word = link.label.replace('tasks', 'pages')",
    ],
    "judgments": ["tasks = stage.tasks.filter(slots__isnull=True)"],
}


def used_from_below() -> Iterator[tuple[str, str]]:
    """(module, name) of each way up that an app takes."""
    for floor in FLOORS:
        names = names_from_above(floor)
        for path in sorted((PROJECT / floor).rglob("*.py")):
            if "migrations" not in path.parts:
                module = path.relative_to(PROJECT).as_posix()
                yield from ((module, way.split(": ")[1]) for way in ways_up(path.read_text(encoding="utf-8"), names))


def test_no_app_uses_the_way_back_from_a_higher_table() -> None:
    used = set(used_from_below())
    assert used - set(EXCEPTIONS) == set()
    assert used == set(EXCEPTIONS), "an exception that is not needed any more goes"


@pytest.mark.parametrize("floor", FLOORS)
def test_the_way_back_is_never_called_as_a_field_below(floor: str) -> None:
    """Else nobody could tell from its name where it leads."""
    assert names_from_above(floor) & own_names(floor) == set()


@pytest.mark.parametrize("floor", FLOORS)
def test_no_template_uses_the_way_back_from_a_higher_table(floor: str) -> None:
    names = names_from_above(floor)
    found = [
        f"{path.relative_to(PROJECT)}: {tag}"
        for path in sorted((PROJECT / "templates" / floor).rglob("*.html"))
        for tag in IN_A_TEMPLATE.findall(path.read_text(encoding="utf-8"))
        if names & set(re.findall(r"\.(\w+)", tag))
    ]
    assert found == []


@pytest.mark.parametrize("floor", FLOORS[:-1])
def test_no_statement_names_a_higher_table(floor: str) -> None:
    named = re.compile(rf"\b({'|'.join(sorted(tables_above(floor)))})\b")
    assert named.search(f"x JOIN {min(tables_above(floor))} y")
    found = [
        f"{path.relative_to(PROJECT)}: {table}"
        for path in sorted((PROJECT / floor).rglob("*.py"))
        for table in named.findall(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(("floor", "source"), [(floor, one) for floor, planted in PLANTED.items() for one in planted])
def test_a_planted_way_up_is_found(floor: str, source: str) -> None:
    assert ways_up(source, names_from_above(floor))


@pytest.mark.parametrize(("floor", "source"), [(floor, one) for floor, allowed in ALLOWED.items() for one in allowed])
def test_what_stays_below_is_left_alone(floor: str, source: str) -> None:
    assert ways_up(source, names_from_above(floor)) == []
