"""Addresses of taking courses, of quizzes and of assignments. Course and lesson pages stand under /study/."""

from django.urls import path

from courses.views import assignments, course, quizzes

urlpatterns = [
    path("learning/courses/<int:pk>/enrol/", course.enrol, name="enrol"),
    path("learning/quiz/<int:pk>/", quizzes.quiz_start, name="quiz_start"),
    path("learning/quiz/runs/<int:pk>/", quizzes.quiz, name="quiz"),
    path("learning/office/assignments/", assignments.assignments, name="assignments"),
    path("learning/office/assignments/new/", assignments.assignment_new, name="assignment_new"),
    path("learning/office/assignments/<int:pk>/", assignments.assignment, name="assignment"),
    path("learning/office/assignments/<int:pk>/withdraw/", assignments.withdraw, name="assignment_withdraw"),
    path("learning/office/assignments/<int:pk>/remind/", assignments.remind, name="assignment_remind"),
]
