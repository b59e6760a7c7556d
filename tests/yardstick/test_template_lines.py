"""Templates are read like the Python beside them: short lines, and each of a component's styles is found by its name."""

from yardstick.settings import BASE_DIR

LIMIT = 120
TEMPLATES = BASE_DIR / "templates"


def test_no_line_of_a_template_is_longer_than_a_line_of_python():
    found = [
        f"{path.relative_to(TEMPLATES)}:{number} has {len(line)} characters"
        for path in sorted(TEMPLATES.rglob("*.html"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > LIMIT
    ]
    assert found == []
