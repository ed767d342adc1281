"""Addresses of practice."""

from django.urls import path

from exams.views import practice

urlpatterns = [
    path("exams/practice/", practice.hub, name="practice"),
    path("exams/practice/wrong/", practice.wrong, name="practice_wrong"),
    path("exams/practice/favourites/", practice.favourites, name="practice_favourites"),
    path("exams/practice/favourites/<int:pk>/", practice.favourite, name="practice_favourite"),
    path("exams/practice/progress/", practice.progress, name="practice_progress"),
    path("exams/practice/mocks/<str:code>/", practice.mock_start, name="practice_mock"),
    path("exams/practice/runs/<int:pk>/", practice.run, name="practice_run"),
    path("exams/practice/runs/<int:pk>/<int:n>/", practice.item, name="practice_item"),
    path("exams/practice/runs/<int:pk>/<int:n>/assess/", practice.assess, name="practice_assess"),
    path("exams/practice/runs/<int:pk>/finish/", practice.finish, name="practice_finish"),
    path("exams/practice/runs/<int:pk>/result/", practice.result, name="practice_result"),
]
