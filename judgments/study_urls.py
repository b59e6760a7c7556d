"""Addresses of a study's stages, below the study."""

from django.urls import path

from judgments.authoring.views import gold, questions
from judgments.crowd.views import lists, sending
from judgments.oversight.views import adjudication, pay, preview, raters, steering
from judgments.work import views as stages

app_name = "stages"
urlpatterns = [
    path("stages/card/", stages.card, name="card"),
    path("stages/<int:number>/", stages.stage, name="stage"),
    path("stages/<int:number>/building/", stages.building, name="building"),
    path("stages/<int:number>/filling/", stages.filling, name="filling"),
    path("stages/<int:number>/open/", stages.open_stage, name="open"),
    path("stages/<int:number>/pause/", stages.pause_stage, name="pause"),
    path("stages/<int:number>/close/", stages.close_stage, name="close"),
    path("stages/<int:number>/preview/", preview.preview, name="preview"),
    path("stages/<int:number>/preview/material/", preview.material, name="preview-material"),
    path("adjudication/", adjudication.unit_list, name="adjudication"),
    path("adjudication/<int:unit_id>/", adjudication.unit, name="adjudicate"),
    path("adjudication/<int:unit_id>/material/", adjudication.material, name="adjudicate-material"),
    path("adjudication/<int:unit_id>/withdraw/", adjudication.withdraw, name="adjudication-withdraw"),
    path("crowd/", lists.crowd, name="crowd"),
    path("crowd/token/", sending.token, name="crowd-token"),
    path("crowd/<int:link_id>/acts/", sending.acts, name="crowd-acts"),
    path("crowd/<int:link_id>/settle/<uuid:batch>/", sending.settle, name="crowd-settle"),
    path("crowd/<int:link_id>/<slug:kind>/send/", sending.send, name="crowd-send"),
    path("crowd/<int:link_id>/<slug:kind>/", lists.crowd_list, name="crowd-list"),
    path("raters/", raters.rater_list, name="raters"),
    path("raters/csv/", raters.rater_csv, name="raters-csv"),
    path("raters/pay/", pay.pay, name="pay"),
    path("raters/pay/csv/", pay.pay_csv, name="pay-csv"),
    path("raters/pay/ids/", pay.pay_ids, name="pay-ids"),
    path("raters/<int:number>/", raters.rater, name="rater"),
    path("raters/<int:number>/pause/", steering.pause, name="pause-rater"),
    path("raters/<int:number>/go-on/", steering.go_on, name="let-rater-go-on"),
    path("raters/<int:number>/release/", steering.release, name="release-leases"),
    path("raters/<int:number>/message/", steering.message, name="message-rater"),
    path("raters/<int:number>/exclude/<int:stage_number>/", steering.exclude, name="exclude-judgments"),
    path("raters/<int:number>/include/<int:stage_number>/", steering.include, name="include-judgments"),
    path("stages/<int:number>/gold/", gold.task_list, name="gold"),
    path("stages/<int:number>/gold/pick/", gold.pick, name="gold-pick"),
    path("stages/<int:number>/gold/from/<int:task_id>/", gold.create, name="gold-create"),
    path("stages/<int:number>/gold/<int:task_id>/retire/", gold.retire, name="gold-retire"),
    path("stages/<int:number>/gold/<int:task_id>/restore/", gold.restore, name="gold-restore"),
    path("stages/<int:number>/questions/", questions.question_list, name="questions"),
    path("stages/<int:number>/questions/suggest/", questions.suggest, name="questions-suggest"),
    path("stages/<int:number>/questions/<int:question_id>/", questions.edit, name="question"),
    path("stages/<int:number>/questions/<int:question_id>/retire/", questions.retire, name="question-retire"),
    path("stages/<int:number>/questions/<int:question_id>/move/", questions.move, name="question-move"),
]
