"""Addresses of marking and appeals."""

from django.urls import path

from exams.views import appeals, marking, result_own

urlpatterns = [
    path("exams/marking/", marking.tasks, name="marking"),
    path("exams/marking/<str:code>/", marking.task, name="marking_task"),
    path("exams/sittings/<str:code>/marking/", marking.overview, name="marking_overview"),
    path("exams/sittings/<str:code>/marking/assign/", marking.assign, name="marking_assign"),
    path("exams/sittings/<str:code>/appeals/", appeals.appeals, name="appeals"),
    path("exams/appeals/<int:pk>/", appeals.appeal, name="appeal"),
    path("exams/attempts/<uuid:pk>/", appeals.attempt, name="attempt_paper"),
    path("exams/results/<str:code>/", result_own.result, name="result"),
    path("exams/results/<str:code>/<int:paper>/appeal/", result_own.appeal, name="appeal_new"),
]
