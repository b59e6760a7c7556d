"""How far a rater is, as it was last counted: it stands beside their place in the queue."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("judgments", "0018_figures_of_what_was_judged_before"),
    ]

    operations = [
        migrations.AddField(
            model_name="queueposition",
            name="counted",
            field=models.JSONField(null=True),
        ),
    ]
