"""Addresses of a study's batches and cases; conversations.urls includes them behind the study's slug."""

from django.urls import path

from conversations.views import batches, cases, choices, staging

urlpatterns = [
    path("batches/", batches.batch_list, name="batches"),
    path("batches/card/", batches.card, name="batches-card"),
    path("batches/new/", batches.upload, name="upload"),
    path("batches/preview/", batches.preview_batch, name="preview-batch"),
    path("batches/staged/", staging.begin, name="stage-file"),
    path("batches/staged/<uuid:staged_key>/", staging.piece, name="staged-file"),
    path("batches/choices/", choices.choices, name="choices"),
    path("batches/<int:batch_id>/", batches.batch, name="batch"),
    path("batches/<int:batch_id>/progress/", batches.progress, name="batch-progress"),
    path("batches/<int:batch_id>/problems.csv", batches.problems, name="batch-problems"),
    path("batches/<int:batch_id>/undo/", batches.undo, name="undo-batch"),
    path("cases/", cases.cases, name="cases"),
    path("cases/sample/", cases.sample, name="sample-cases"),
]
