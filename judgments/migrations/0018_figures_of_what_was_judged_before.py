"""Pages from before have no figures yet: their tasks are told as changed, and are counted by the next sweep."""

from django.db import migrations

BEFORE = """
INSERT INTO judgments_changedtask (stage_id, task_id)
SELECT stage_id, task_id FROM judgments_assignment WHERE outcome <> ''
UNION
SELECT task.stage_id, task.id
FROM judgments_judgment judgment
JOIN judgments_unit unit ON unit.id = judgment.unit_id
JOIN judgments_task task ON task.id = unit.task_id
WHERE judgment.assignment_id IS NULL
"""
# Notes that are long enough to be compared (judgments/oversight/answer_signs.py).
NOTES = "CREATE INDEX CONCURRENTLY judgment_long_note ON judgments_judgment (assignment_id) WHERE length(btrim(note)) >= 20"


class Migration(migrations.Migration):
    atomic = False  # nothing waits for the index
    dependencies = [("judgments", "0017_changed_tasks")]
    operations = [
        migrations.RunSQL(BEFORE, migrations.RunSQL.noop),
        migrations.RunSQL(NOTES, "DROP INDEX judgment_long_note"),
    ]
