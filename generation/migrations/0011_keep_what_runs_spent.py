"""What a run spent is kept with it: before each call of a run with a budget all of its calls were summed.

The row of the run is written when the transaction ends, so that workers who store what they got don't wait for each other.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION keep_spent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE generation_run run SET spent = run.spent + COALESCE(NEW.cost, 0) - COALESCE(OLD.cost, 0)
    FROM generation_runitem item WHERE item.id = COALESCE(NEW.item_id, OLD.item_id) AND run.id = item.run_id;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER keep_spent_of_new AFTER INSERT ON generation_modelcall DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.cost <> 0) EXECUTE FUNCTION keep_spent();
CREATE CONSTRAINT TRIGGER keep_spent AFTER UPDATE OF cost ON generation_modelcall DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.cost <> OLD.cost) EXECUTE FUNCTION keep_spent();
UPDATE generation_run run SET spent = paid.cost
FROM (
    SELECT item.run_id, sum(call.cost) AS cost
    FROM generation_modelcall call JOIN generation_runitem item ON item.id = call.item_id GROUP BY item.run_id
) AS paid WHERE paid.run_id = run.id;
"""
DROP = """
DROP TRIGGER keep_spent_of_new ON generation_modelcall;
DROP TRIGGER keep_spent ON generation_modelcall;
DROP FUNCTION keep_spent();
"""


class Migration(migrations.Migration):
    dependencies = [("generation", "0010_spent_of_runs")]
    operations = [migrations.RunSQL(CREATE, DROP)]
