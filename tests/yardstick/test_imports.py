"""The house stands: imports, foreign keys and migrations go down, never up (docs/architecture.md)."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db.migrations.loader import MigrationLoader
from django.db.models import ForeignObject, ManyToManyField

FLOORS = ["accounts", "conversations", "raters", "judgments", "generation", "reports"]  # from the ground up
PROJECT = Path(__file__).parents[2]


def test_imports_keep_the_direction():
    """By its command, as whoever breaks it will run it."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    result = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("floor", FLOORS)
def test_foreign_keys_of_an_app_lead_to_its_own_or_a_lower_floor(floor):
    upwards = [
        f"{field} -> {field.related_model._meta.label}"
        for model in apps.get_app_config(floor).get_models()
        for field in model._meta.get_fields()
        if isinstance(field, ForeignObject | ManyToManyField)
        and _rank(field.related_model._meta.app_label) > _rank(floor)
    ]
    assert upwards == []


def test_migrations_depend_on_their_own_or_a_lower_floor():
    graph = MigrationLoader(None).graph
    upwards = [
        f"{node} -> {parent}"
        for node in graph.nodes
        if node[0] in FLOORS
        for parent in (found.key for found in graph.node_map[node].parents)
        if _rank(parent[0]) > _rank(node[0])
    ]
    assert upwards == []


def test_migrations_are_one_line_without_branches():
    graph = MigrationLoader(None).graph
    assert {app: len(graph.leaf_nodes(app)) for app in FLOORS} == dict.fromkeys(FLOORS, 1)


def _rank(app_label: str) -> int:
    """Django's own apps are the ground below the house."""
    return FLOORS.index(app_label) if app_label in FLOORS else -1
