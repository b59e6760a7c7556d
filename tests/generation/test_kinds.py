"""Each kind of run is one package with one ``KIND``: registered once, and offered by page, command, API and worker."""

import importlib
import pkgutil
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from django.core.management import get_commands, load_command_class
from django.template.loader import get_template

from generation import kinds
from generation.enums import RunKind
from generation.kinds.kind import GenerationKind
from generation.kinds.registry import KINDS, by_name, kind_of, shown_kinds
from generation.management.starting import RunCommand
from generation.serializers import NewRun


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> GenerationKind[Any]:
    found: GenerationKind[Any] = request.param
    return found


def run_commands() -> list[RunCommand]:
    names = [name for name, app in get_commands().items() if app == "generation"]
    return [found for name in names if isinstance(found := load_command_class("generation", name), RunCommand)]


def test_every_kind_that_is_made_is_registered_once() -> None:
    packages = [
        importlib.import_module(f"{kinds.__name__}.{found.name}") for found in pkgutil.iter_modules(kinds.__path__)
    ]
    made = [package.KIND for package in packages if hasattr(package, "KIND")]
    assert sorted(one.name for one in made) == sorted(one.name for one in KINDS)
    assert set(map(id, made)) == set(map(id, KINDS))


def test_kinds_that_a_run_may_hold_are_the_kinds_there_are() -> None:
    assert [one.name for one in shown_kinds()] == list(RunKind)
    assert {kind_of(one).name for one in RunKind} == {one.name for one in KINDS}


def test_second_kind_of_one_name_is_refused() -> None:
    with pytest.raises(ValueError, match="Two kinds are named votes"):
        by_name([*KINDS, replace(kind_of(RunKind.SCORES), name="votes")])


def test_kind_that_no_run_may_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="no_kind"):
        by_name([*KINDS, replace(KINDS[0], name="no_kind")])


def test_value_without_a_kind_is_refused() -> None:
    with pytest.raises(ValueError, match=rf"Without a kind: {KINDS[-1].name}\."):
        by_name(KINDS[:-1])


def test_kind_is_described(kind: GenerationKind[Any]) -> None:
    assert kind.label
    assert kind.button
    assert kind.lead
    for template in filter(None, [kind.local_model, kind.outcome.template if kind.outcome else ""]):
        get_template(template)  # or it raises


def test_kind_has_one_command(kind: GenerationKind[Any]) -> None:
    assert [command.help for command in run_commands() if command.kind == kind.name] == [kind.command.help]


def test_fields_of_two_kinds_are_never_named_the_same() -> None:
    """They stand side by side in the body of one request."""
    own = set(NewRun._declared_fields)
    named = Counter([*own, *(name for kind in KINDS for name in kind.fields().fields)])
    assert [name for name, times in named.items() if times > 1] == []
    assert set(NewRun().fields) == set(named)


def test_fields_that_a_kind_needs_are_its_own(kind: GenerationKind[Any]) -> None:
    assert set(kind.fields.needed) <= set(kind.fields().fields)
