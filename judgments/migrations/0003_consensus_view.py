"""Consensus as a view: gating, snapshots, reports and exports read one definition of it."""

import django.db.models.deletion
from django.db import migrations, models

# Counted: human, of a regular task, first presentation, not excluded, not surplus, not about oneself.
# An adjudicated label is not among them; it overrides the consensus where it is read.
CREATE = """
CREATE VIEW judgments_consensus AS
SELECT
    unit_id,
    stage_id,
    (CASE number
        WHEN 1 THEN
            CASE WHEN 2 * first > ratings THEN 1 WHEN 2 * third > ratings THEN 3 ELSE 2 END
        WHEN 2 THEN
            CASE WHEN 2 * first > ratings THEN 1 ELSE 0 END
        ELSE total::float8 / ratings
    END)::float8 AS label,
    (CASE WHEN by_panel THEN 0 ELSE ratings END)::integer AS raters,
    (NOT by_panel AND ratings < k) AS provisional,
    by_panel
FROM (
    SELECT
        judgment.unit_id,
        task.stage_id,
        stage.number,
        stage.k,
        rater.kind = 'panel' AS by_panel,
        count(*) AS ratings,
        count(*) FILTER (WHERE judgment.label = 1) AS first,
        count(*) FILTER (WHERE judgment.label = 3) AS third,
        sum(judgment.label) AS total,
        min(rater.kind) OVER (PARTITION BY judgment.unit_id, task.stage_id) AS best_kind,
        rater.kind
    FROM judgments_judgment judgment
    JOIN raters_rater rater ON rater.id = judgment.rater_id
    JOIN judgments_unit unit ON unit.id = judgment.unit_id
    JOIN judgments_task task ON task.id = unit.task_id
    JOIN conversations_stage stage ON stage.id = task.stage_id
    LEFT JOIN judgments_assignment assignment ON assignment.id = judgment.assignment_id
    WHERE judgment.presentation = 0
        AND judgment.excluded_at IS NULL
        AND task.kind = 'regular'
        AND rater.kind IN ('human', 'panel')
        AND rater.subject_id IS NULL
        AND (judgment.assignment_id IS NULL OR assignment.outcome = 'submitted')
    GROUP BY judgment.unit_id, task.stage_id, stage.number, stage.k, rater.kind
) AS counted
WHERE kind = best_kind
"""
DROP = "DROP VIEW judgments_consensus"


class Migration(migrations.Migration):
    dependencies = [("judgments", "0002_keep_revisions")]
    operations = [
        migrations.RunSQL(CREATE, DROP),
    ]
