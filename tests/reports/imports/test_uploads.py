"""A dataset is uploaded in the browser: a worker makes a study of it, or says what is wrong and leaves nothing behind."""

import zipfile
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import jobs
from accounts.models import User
from conversations.models import Study
from reports.dataset.reads import dataset_of
from reports.exports.making import write_dataset_to
from reports.exports.scope import ExportScope
from reports.imports import uploads
from reports.imports.tasks import import_dataset
from reports.models import DatasetImport
from reports.report.figures.report import report_figures
from tests.reports.folders import change, zipped
from tests.reports.reported import close_all, reported_study

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def announced(monkeypatch):
    """Ids the workers were told of; the broker is left out."""
    told: list[int] = []
    monkeypatch.setattr(import_dataset, "delay", told.append)
    return told


@pytest.fixture
def staff():
    client = Client()
    client.force_login(User.objects.create_user("importer", is_staff=True))
    return client


def test_an_uploaded_dataset_becomes_a_study_of_the_same_figures(staff, announced, tmp_path, monkeypatch):
    study = reported_study(subjects=3)
    close_all(study)
    write_dataset_to(tmp_path / "dataset", ExportScope(study, [1, 2, 3]))
    page = upload(staff, zipped(tmp_path / "dataset", tmp_path / "dataset.zip"))
    assert announced == [DatasetImport.objects.get().pk]
    assert b"It waits for a worker" in staff.get(page).content
    beats = watch_beats(monkeypatch)
    made = uploads.import_upload(import_id=announced[0], now=timezone.now())
    assert beats, "progress is seen while the import runs"
    assert all(seen == "running" and not done for seen, done in beats)
    assert made.state == "done"
    assert not made.file
    assert list((tmp_path / "media/datasets").iterdir()) == []
    answer = staff.get(f"{page}progress/")
    assert answer["HX-Redirect"] == page
    again = Study.objects.get(title="Again & again")
    assert f'href="/studies/{again.slug}/"'.encode() in staff.get(page).content
    assert staff.get(f"/studies/{again.slug}/").status_code == 200
    figures, rebuilt = (report_figures(dataset_of(each)) for each in (study, again))
    assert rebuilt["verdict"] == figures["verdict"]
    assert rebuilt["bottleneck"] == figures["bottleneck"]
    assert uploads.import_upload(import_id=made.pk, now=timezone.now()) is None, "once only"


def test_what_is_wrong_is_listed_by_file_row_and_field_and_nothing_stays(staff, announced, tmp_path):
    study = reported_study(subjects=2)
    write_dataset_to(tmp_path / "dataset", ExportScope(study, [1, 2, 3]))
    change(tmp_path / "dataset", "judgments", "answer_recoded", 9)
    page = upload(staff, zipped(tmp_path / "dataset", tmp_path / "dataset.zip"))
    import_dataset(announced[0])
    shown = staff.get(page).content.decode()
    assert "Nothing was imported" in shown
    for each in ("data/judgments/train.parquet", "<code>answer_recoded</code>", "a whole number from 0 to 5", ">9<"):
        assert each in shown
    assert list(Study.objects.all()) == [study]
    assert list((tmp_path / "media/datasets").iterdir()) == []


def test_a_hostile_zip_is_refused_in_words(staff, announced):
    hostile = BytesIO()
    with zipfile.ZipFile(hostile, "w") as opened:
        opened.writestr("../../<script>", "{}")
    page = upload(staff, hostile)
    import_dataset(announced[0])
    shown = staff.get(page).content.decode()
    assert "the files of an exported dataset only" in shown
    assert "../../&lt;script&gt;" in shown
    assert not Study.objects.exists()


def test_a_file_that_is_no_zip_or_too_large_is_not_taken(staff, settings):
    file = BytesIO(b"no archive")
    file.name = "dataset.zip"
    answer = staff.post("/datasets/", {"title": "x", "file": file})
    assert answer.status_code == 422
    assert b"This is not a ZIP." in answer.content
    settings.UPLOAD_MAX_BYTES = 10
    hostile = BytesIO()
    zipfile.ZipFile(hostile, "w").close()
    hostile.seek(0)
    hostile.name = "dataset.zip"
    answer = staff.post("/datasets/", {"title": "x", "file": hostile})
    assert b"The file is larger than 10" in answer.content
    assert not DatasetImport.objects.exists()


def test_nobody_else_sees_an_upload(staff, announced):
    empty = BytesIO()
    zipfile.ZipFile(empty, "w").close()
    page = upload(staff, empty)
    other = Client()
    other.force_login(User.objects.create_user("other", is_staff=True))
    assert other.get(page).status_code == 404
    assert other.get(f"{page}progress/").status_code == 404
    assert page.encode() not in other.get("/datasets/").content


def test_one_worker_at_a_time_and_three_deaths_are_enough(staff, announced):
    empty = BytesIO()
    zipfile.ZipFile(empty, "w").close()
    upload(staff, empty)
    number = announced[0]
    assert jobs.claim(uploads.IMPORTS, number, now=timezone.now()) is not None
    assert uploads.import_upload(import_id=number, now=timezone.now()) is None
    assert DatasetImport.objects.get().state == "running"
    DatasetImport.objects.update(heartbeat_at=None, attempts=3)
    assert uploads.import_upload(import_id=number, now=timezone.now()) is None
    assert DatasetImport.objects.get().failure == "The worker died 3 times while it read this."
    assert not DatasetImport.objects.get().file, "nobody needs it any more"


def test_a_worker_that_lost_its_import_leaves_no_study(staff, announced, tmp_path, monkeypatch):
    study = reported_study(subjects=2)
    write_dataset_to(tmp_path / "dataset", ExportScope(study, [1, 2, 3]))
    upload(staff, zipped(tmp_path / "dataset", tmp_path / "dataset.zip"))
    taken: list[DatasetImport | None] = []

    def lose(_progress, _read, _expected):
        if not taken:
            taken.append(elsewhere(lambda: jobs.claim(uploads.IMPORTS, announced[0], now=later())))

    monkeypatch.setattr(uploads._Progress, "__call__", lose)
    assert uploads.import_upload(import_id=announced[0], now=timezone.now()) is None
    assert list(Study.objects.all()) == [study]
    left = DatasetImport.objects.get()
    assert (left.state, left.attempts) == ("running", 2)
    assert left.file.storage.exists(str(left.file.name)), "the other worker needs it"


def later():
    return timezone.now() + 2 * jobs.DEAD_AFTER


def elsewhere(act):
    """What another worker makes of it, on its own connection."""

    def run():
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def test_a_file_that_went_away_fails_in_words_and_tells_no_paths(staff, announced):
    empty = BytesIO()
    zipfile.ZipFile(empty, "w").close()
    page = upload(staff, empty)
    made = DatasetImport.objects.get()
    made.file.storage.delete(str(made.file.name))
    with pytest.raises(FileNotFoundError):
        import_dataset(announced[0])
    shown = staff.get(page).content.decode()
    assert "No such file or directory. The worker&#x27;s log says more." in shown
    assert not Study.objects.exists()


def upload(client, file):
    """The page where the upload is followed."""
    content = BytesIO(file.read_bytes() if hasattr(file, "read_bytes") else file.getvalue())
    content.name = "dataset.zip"
    answer = client.post("/datasets/", {"title": "Again & again", "file": content})
    assert answer.status_code == 302, answer.content
    return answer["Location"]


def watch_beats(monkeypatch):
    """At each beat: the state another connection sees, and whether it sees the study."""
    beats = []
    beat = uploads._Progress.__call__

    def watched(self, read, expected):
        beat(self, read, expected)
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT state FROM reports_datasetimport")
            (state,) = cursor.fetchone()
            cursor.execute("SELECT count(*) FROM conversations_study WHERE title = 'Again & again'")
            beats.append((state, cursor.fetchone()[0]))
        other.close()

    monkeypatch.setattr(uploads._Progress, "__call__", watched)
    return beats
