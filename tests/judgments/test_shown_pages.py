"""An assignment is a rater at a task, and nothing that somebody only looks at."""

import ast
from pathlib import Path

PROJECT = Path(__file__).parents[2]
APPS = ("accounts", "conversations", "raters", "judgments", "generation", "reports", "yardstick")
# The claim inserts its own by a statement (``judgments/work/claim_statement.py``).
SAVED_BY = {
    "judgments/elsewhere/uploaded_pages.py": "what was judged elsewhere, saved in bulk",
    "judgments/elsewhere/votes.py": "models' votes, saved in bulk",
}


def constructs(source: str) -> bool:
    """Whether an ``Assignment(...)`` is made here, under whatever name it was imported."""
    tree = ast.parse(source)
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    names = {alias.asname or alias.name for node in imports for alias in node.names if alias.name == "Assignment"}
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return any(
        (isinstance(func, ast.Name) and func.id in names)
        or (isinstance(func, ast.Attribute) and func.attr == "Assignment")
        for func in called
    )


def test_assignments_are_made_only_where_they_are_saved():
    paths = [path for app in APPS for path in sorted((PROJECT / app).rglob("*.py"))]
    found = {path.relative_to(PROJECT).as_posix() for path in paths if constructs(path.read_text())}
    assert found == set(SAVED_BY)


def test_a_planted_assignment_is_found():
    assert constructs("from judgments.models import Assignment as Work\npage = Work(task=task)")
    assert constructs("from judgments import models\npage = models.Assignment(task=task)")
    assert not constructs("from judgments.models import Assignment\npage = Assignment.objects.get()")
