"""Addresses of the REST API, version 1."""

from django.urls import path

from conversations.api import arms, batches
from conversations.api import staging as staged
from conversations.api import studies as conversations
from generation import api as generation
from judgments.work import api as judgments
from reports.exports import api as reports
from reports.report import api as report_api

app_name = "api"
STUDY = "studies/<slug:slug>/"
STAGE = STUDY + "stages/<int:number>/"
urlpatterns = [
    path("studies/", conversations.StudyList.as_view(), name="study-list"),
    path(STUDY, conversations.StudyDetail.as_view(), name="study"),
    path(STUDY + "stages/", judgments.StageList.as_view(), name="stage-list"),
    path(STAGE, judgments.StageDetail.as_view(), name="stage"),
    path(STAGE + "open/", judgments.StageOpen.as_view(), name="stage-open"),
    path(STAGE + "pause/", judgments.StagePause.as_view(), name="stage-pause"),
    path(STAGE + "close/", judgments.StageClose.as_view(), name="stage-close"),
    path(STAGE + "progress/", judgments.StageProgress.as_view(), name="stage-progress"),
    path(STAGE + "estimate/", judgments.StageEstimate.as_view(), name="stage-estimate"),
    path(STAGE + "filling/", judgments.StageFilling.as_view(), name="stage-filling"),
    path(STAGE + "guidelines/", conversations.GuidelinesList.as_view(), name="guidelines-list"),
    path(
        STAGE + "guidelines/translations/",
        conversations.GuidelinesTranslations.as_view(),
        name="guidelines-translations",
    ),
    path(STUDY + "consent/translations/", conversations.ConsentTranslations.as_view(), name="consent-translations"),
    path(STUDY + "batches/", batches.BatchList.as_view(), name="batch-list"),
    path(STUDY + "staged-uploads/", staged.StagedUploadList.as_view(), name="staged-upload-list"),
    path(STUDY + "staged-uploads/<uuid:staged_key>/", staged.StagedUploadDetail.as_view(), name="staged-upload"),
    path(STUDY + "batches/<int:batch_id>/", batches.BatchDetail.as_view(), name="batch"),
    path(STUDY + "batches/<int:batch_id>/problems/", batches.BatchProblems.as_view(), name="batch-problems"),
    path(STUDY + "conversation-versions/", batches.VersionList.as_view(), name="version-list"),
    path(STUDY + "conversation-versions/<int:version_id>/", batches.VersionChoose.as_view(), name="version-choose"),
    path(STUDY + "batches/<int:batch_id>/undo/", batches.BatchUndo.as_view(), name="batch-undo"),
    path(STUDY + "arms/", arms.ArmList.as_view(), name="arm-list"),
    path(STUDY + "runs/", generation.RunList.as_view(), name="run-list"),
    path(STUDY + "runs/estimate/", generation.RunEstimate.as_view(), name="run-estimate"),
    path(STUDY + "runs/<int:run_id>/", generation.RunDetail.as_view(), name="run"),
    path(STUDY + "report/", report_api.ReportDetail.as_view(), name="report"),
    path(STUDY + "exports/", reports.ExportList.as_view(), name="export-list"),
    path(STUDY + "exports/<int:export_id>/", reports.ExportDetail.as_view(), name="export"),
    path(STUDY + "exports/<int:export_id>/download/", reports.ExportDownload.as_view(), name="export-download"),
]
