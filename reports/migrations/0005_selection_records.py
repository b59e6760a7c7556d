from django.db import migrations, models

KINDS = [
    ("judgments", "Judgments: one row for each rater and unit"),
    ("consensus", "Consensus: one row for each judged unit"),
    ("items", "Items: one row for each unit"),
    ("comparisons", "Comparisons: generic and personalized responses"),
    ("selections", "Selections of systems"),
    ("selection_records", "Cases that systems spoke about"),
    ("subjects", "Subjects, by pseudonym"),
    ("raters", "Raters, by pseudonym"),
    ("blinding_answers", "Answers to: which one was personalized?"),
    ("preferences", "Preference pairs: prompt, chosen, rejected"),
    ("ties", "Pairs without a preference"),
    ("verifier", "Verifier set: attributes with labels"),
    ("relevance", "Relevance set: attributes and prompts with labels"),
    ("llm_comparator", "For LLM Comparator"),
    ("label_studio", "For Label Studio"),
    ("dataset", "The whole dataset: all tables, with card and manifest"),
]


class Migration(migrations.Migration):

    dependencies = [
        ("reports", "0004_dataset_imports"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="export", name="export_kind_known"),
        migrations.AlterField(
            model_name="export",
            name="kind",
            field=models.CharField(choices=KINDS, default="judgments", max_length=20),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.CheckConstraint(
                condition=models.Q(kind__in=[kind for kind, _ in KINDS]), name="export_kind_known"
            ),
        ),
    ]
