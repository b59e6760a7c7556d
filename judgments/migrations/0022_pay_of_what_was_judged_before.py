"""Pages from before have no pay among their figures yet: their tasks are counted again by the next sweep."""

from django.db import migrations

BEFORE = "INSERT INTO judgments_changedtask (stage_id, task_id) SELECT DISTINCT stage_id, task_id FROM judgments_pagefigures"


class Migration(migrations.Migration):
    dependencies = [("judgments", "0021_pay_of_pages")]
    operations = [migrations.RunSQL(BEFORE, migrations.RunSQL.noop)]
