import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Now

POLICIES = [
    ("own", "what it selected itself"),
    ("accepted", "accepted attributes, selected anew"),
    ("relevant", "relevant attributes"),
    ("selection", "what another system selected"),
    ("all", "all attributes"),
    ("unstated", "policy not stated"),
]


class Migration(migrations.Migration):

    dependencies = [
        ("conversations", "0007_records_of_selections"),
    ]

    operations = [
        migrations.CreateModel(
            name="Arm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(blank=True, max_length=120)),
                ("policy", models.CharField(choices=POLICIES, default="unstated", max_length=12)),
                ("settings", models.JSONField(default=dict)),
                ("settings_hash", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(db_default=Now())),
                (
                    "selecting_system",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="selected_for",
                        to="conversations.system",
                    ),
                ),
                (
                    "system",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="arms",
                        to="conversations.system",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("system", "name", "policy", "selecting_system", "settings_hash"),
                        name="arm_one_per_treatment",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=Q(policy__in=[policy for policy, _ in POLICIES]), name="arm_policy_known"
                    ),
                    models.CheckConstraint(
                        condition=Q(policy="selection", selecting_system__isnull=False)
                        | (~Q(policy="selection") & Q(selecting_system__isnull=True)),
                        name="arm_selection_of_a_system",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="response",
            name="arm",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="responses",
                to="conversations.arm",
            ),
        ),
        migrations.AddField(
            model_name="comparison",
            name="arm",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="comparisons",
                to="conversations.arm",
            ),
        ),
    ]
