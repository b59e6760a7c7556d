"""Addresses of endpoints, runs and held comparisons, below the study."""

from django.urls import path

from generation.views import comparisons, endpoints, ladder, runs, scores, selections

app_name = "generation"
urlpatterns = [
    path("runs/card/", runs.card, name="card"),
    path("runs/", runs.run_list, name="run-list"),
    path("runs/new/<str:kind>/", runs.create_run, name="run-create"),
    path("runs/<int:run_id>/", runs.show_run, name="run"),
    path("runs/<int:run_id>/progress/", runs.run_progress, name="run-progress"),
    path("runs/<int:run_id>/pause/", runs.pause_run, name="run-pause"),
    path("runs/<int:run_id>/resume/", runs.resume_run, name="run-resume"),
    path("runs/<int:run_id>/cancel/", runs.cancel_run, name="run-cancel"),
    path("runs/<int:run_id>/retry/", runs.retry_run, name="run-retry"),
    path("runs/<int:run_id>/thresholds/", scores.choose, name="run-thresholds"),
    path("runs/<int:run_id>/selection/", selections.use, name="run-selection"),
    path("ladder/", ladder.show, name="ladder"),
    path("ladder/<str:step>/", ladder.start, name="ladder-start"),
    path("endpoints/", endpoints.endpoint_list, name="endpoint-list"),
    path("endpoints/new/", endpoints.create_endpoint, name="endpoint-create"),
    path("endpoints/<int:endpoint_id>/", endpoints.edit_endpoint, name="endpoint"),
    path("endpoints/<int:endpoint_id>/test/", endpoints.test_endpoint, name="endpoint-test"),
    path("comparisons/held/", comparisons.held_list, name="held"),
    path("comparisons/<int:comparison_id>/release/", comparisons.release, name="release"),
    path("comparisons/<int:comparison_id>/rewrite/", comparisons.rewrite, name="rewrite"),
]
