"""Whose turn it is with which arm. Raters who have begun already are counted in the order in which they did."""

from django.db import migrations, models

IN_ORDER = """
UPDATE judgments_queueposition queue SET begun_before = counted.before
FROM (
    SELECT id, row_number() OVER (PARTITION BY stage_id ORDER BY id) - 1 AS before FROM judgments_queueposition
) AS counted
WHERE counted.id = queue.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("judgments", "0011_overall_first_and_controls"),
    ]

    operations = [
        migrations.AddField(
            model_name="queueposition",
            name="begun_before",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="queueposition",
            name="owed",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.RunSQL(IN_ORDER, migrations.RunSQL.noop),
    ]
