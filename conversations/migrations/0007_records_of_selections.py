"""Who selected an attribute of a case spoke about that case: existing selections give it a record."""

from django.db import migrations

ROWS_AT_ONCE = 20_000

# The first selection of a case says which batch it came with.
_RECORDS = """
INSERT INTO conversations_selectionrecord (system_id, case_id, batch_id, provenance, spoken_at)
SELECT DISTINCT ON (selection.system_id, selection.case_id)
    selection.system_id, selection.case_id, selection.batch_id, '{}', COALESCE(batch.uploaded_at, now())
FROM conversations_selection selection
LEFT JOIN conversations_batch batch ON batch.id = selection.batch_id
WHERE selection.id > %s AND selection.id <= %s
ORDER BY selection.system_id, selection.case_id, selection.id
ON CONFLICT DO NOTHING
"""


def records_of_selections(apps, schema_editor):
    """Some rows at a time, each in a transaction of its own, so that nothing waits for long."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(max(id), 0) FROM conversations_selection")
        (last,) = cursor.fetchone()
        for start in range(0, last, ROWS_AT_ONCE):
            cursor.execute(_RECORDS, [start, start + ROWS_AT_ONCE])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("conversations", "0006_selection_records"),
    ]

    operations = [
        migrations.RunPython(records_of_selections, migrations.RunPython.noop),
    ]
