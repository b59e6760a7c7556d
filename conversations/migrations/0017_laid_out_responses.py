"""Responses as HTML, made once: a row goes with its response."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0016_stages_that_are_building"),
    ]

    operations = [
        migrations.CreateModel(
            name="LaidOutResponse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("renderer", models.CharField(max_length=64)),
                ("text_md5", models.CharField(max_length=32)),
                ("html", models.TextField(blank=True)),
                (
                    "response",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="laid_out",
                        to="conversations.response",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("response", "renderer"), name="laid_out_once")],
            },
        ),
        migrations.AddField(
            model_name="stage",
            name="laid_out_to",
            field=models.BigIntegerField(db_default=-1, default=-1),
        ),
        migrations.AddField(
            model_name="stage",
            name="laid_out_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
    ]
