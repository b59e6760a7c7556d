"""Keep every revision of a judgment, whoever changes it: the application, a script or a hand in psql."""

from django.db import migrations

CREATE = """
CREATE FUNCTION keep_judgment_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO judgments_judgmentrevision
        (judgment_id, revision, label, failure_mode, note, submitted_at, excluded_at, exclusion_reason, replaced_at)
    VALUES
        (OLD.id, OLD.revision, OLD.label, OLD.failure_mode, OLD.note, OLD.submitted_at, OLD.excluded_at,
         OLD.exclusion_reason, statement_timestamp());
    RETURN NEW;
END
$$;
CREATE TRIGGER keep_judgment_revision BEFORE UPDATE ON judgments_judgment
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION keep_judgment_revision();
"""
DROP = "DROP TRIGGER keep_judgment_revision ON judgments_judgment; DROP FUNCTION keep_judgment_revision();"


class Migration(migrations.Migration):
    dependencies = [("judgments", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, DROP)]
