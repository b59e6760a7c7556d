from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # nothing waits for the indexes

    dependencies = [
        ("conversations", "0016_stages_that_are_building"),
        ("judgments", "0019_counted_progress"),
        ("raters", "0007_language_of_consent"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="assignment",
            index=models.Index(
                condition=models.Q(("outcome", "submitted"), ("presentation", 0)),
                fields=["stage", "-submitted_at"],
                name="assignment_latest",
            ),
        ),
        AddIndexConcurrently(
            model_name="assignment",
            index=models.Index(
                condition=models.Q(
                    models.Q(("outcome", ""), _negated=True), models.Q(("outcome", "submitted"), _negated=True)
                ),
                fields=["stage"],
                name="assignment_uncounted",
            ),
        ),
    ]
