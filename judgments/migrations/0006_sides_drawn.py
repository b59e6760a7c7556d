from django.db import migrations, models

# Until now every page at stage 3 drew a side, so the blocks of four go on where they stood.
CARRY_ON = "UPDATE judgments_queueposition SET sides = claims"


class Migration(migrations.Migration):
    dependencies = [("judgments", "0005_checks_and_learning")]
    operations = [
        migrations.AddField(
            model_name="queueposition",
            name="sides",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.RunSQL(CARRY_ON, migrations.RunSQL.noop),
    ]
