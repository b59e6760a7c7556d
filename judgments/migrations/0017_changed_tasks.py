"""Whatever changes a page or a judgment says so of its task: the application, a script or a hand in psql.

What is not ended yet has no figures, so neither a claim nor a draft says anything.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION note_changed_page() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE page judgments_assignment := COALESCE(NEW, OLD);
BEGIN
    INSERT INTO judgments_changedtask (stage_id, task_id) VALUES (page.stage_id, page.task_id);
    RETURN NULL;
END
$$;
CREATE TRIGGER note_new_page AFTER INSERT ON judgments_assignment
    FOR EACH ROW WHEN (NEW.outcome <> '') EXECUTE FUNCTION note_changed_page();
CREATE TRIGGER note_changed_page AFTER UPDATE ON judgments_assignment
    FOR EACH ROW WHEN (
        (OLD.outcome <> '' OR NEW.outcome <> '')
        AND (OLD.outcome, OLD.active_ms, OLD.started_at, OLD.submitted_at, OLD.personalized_left, OLD.pastes,
            OLD.exits_with_copy, OLD.rater_id, OLD.presentation)
        IS DISTINCT FROM (NEW.outcome, NEW.active_ms, NEW.started_at, NEW.submitted_at, NEW.personalized_left, NEW.pastes,
            NEW.exits_with_copy, NEW.rater_id, NEW.presentation))
    EXECUTE FUNCTION note_changed_page();
CREATE TRIGGER note_deleted_page AFTER DELETE ON judgments_assignment
    FOR EACH ROW EXECUTE FUNCTION note_changed_page();

CREATE FUNCTION note_new_judgments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO judgments_changedtask (stage_id, task_id)
    SELECT DISTINCT task.stage_id, task.id
    FROM fresh
    JOIN judgments_unit unit ON unit.id = fresh.unit_id
    JOIN judgments_task task ON task.id = unit.task_id
    LEFT JOIN judgments_assignment page ON page.id = fresh.assignment_id
    WHERE page.id IS NULL OR page.outcome <> '';
    RETURN NULL;
END
$$;
CREATE TRIGGER note_new_judgments AFTER INSERT ON judgments_judgment
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION note_new_judgments();

CREATE FUNCTION note_changed_judgment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO judgments_changedtask (stage_id, task_id)
    SELECT task.stage_id, task.id
    FROM judgments_unit unit JOIN judgments_task task ON task.id = unit.task_id WHERE unit.id = OLD.unit_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER note_changed_judgment AFTER UPDATE ON judgments_judgment
    FOR EACH ROW WHEN (
        (OLD.label, OLD.excluded_at, OLD.presentation, OLD.rater_id, OLD.assignment_id)
        IS DISTINCT FROM (NEW.label, NEW.excluded_at, NEW.presentation, NEW.rater_id, NEW.assignment_id))
    EXECUTE FUNCTION note_changed_judgment();
CREATE TRIGGER note_deleted_judgment AFTER DELETE ON judgments_judgment
    FOR EACH ROW EXECUTE FUNCTION note_changed_judgment();

CREATE FUNCTION note_changed_rater() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO judgments_changedtask (stage_id, task_id)
    SELECT stage_id, task_id FROM judgments_assignment WHERE rater_id = NEW.id
    UNION
    SELECT task.stage_id, task.id
    FROM judgments_judgment judgment
    JOIN judgments_unit unit ON unit.id = judgment.unit_id
    JOIN judgments_task task ON task.id = unit.task_id
    WHERE judgment.rater_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER note_changed_rater AFTER UPDATE ON raters_rater
    FOR EACH ROW WHEN ((OLD.kind, OLD.subject_id) IS DISTINCT FROM (NEW.kind, NEW.subject_id))
    EXECUTE FUNCTION note_changed_rater();
"""
DROP = """
DROP TRIGGER note_new_page ON judgments_assignment;
DROP TRIGGER note_changed_page ON judgments_assignment;
DROP TRIGGER note_deleted_page ON judgments_assignment;
DROP TRIGGER note_new_judgments ON judgments_judgment;
DROP TRIGGER note_changed_judgment ON judgments_judgment;
DROP TRIGGER note_deleted_judgment ON judgments_judgment;
DROP TRIGGER note_changed_rater ON raters_rater;
DROP FUNCTION note_changed_page();
DROP FUNCTION note_new_judgments();
DROP FUNCTION note_changed_judgment();
DROP FUNCTION note_changed_rater();
"""


class Migration(migrations.Migration):
    dependencies = [("judgments", "0016_figures_of_raters")]
    operations = [migrations.RunSQL(CREATE, DROP)]
