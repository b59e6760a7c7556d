from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("generation", "0004_scores"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="runitem",
            index=models.Index(
                condition=models.Q(("announced_at__isnull", False), ("state", "waiting")),
                fields=["run"],
                name="run_item_announced",
            ),
        ),
    ]
