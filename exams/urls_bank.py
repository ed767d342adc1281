"""Addresses of the question bank."""

from django.urls import path

from exams.views import bank, bank_questions, bank_review, bank_topics

urlpatterns = [
    path("exams/banks/", bank.banks, name="banks"),
    path("exams/banks/new/", bank.bank_new, name="bank_new"),
    path("exams/banks/<str:code>/", bank.bank, name="bank"),
    path("exams/banks/<str:code>/edit/", bank.bank_edit, name="bank_edit"),
    path("exams/banks/<str:code>/state/", bank.questions_state, name="questions_state"),
    path("exams/banks/<str:code>/questions/new/", bank_questions.question_new, name="question_new"),
    path("exams/questions/<int:pk>/", bank_questions.question, name="question"),
    path("exams/questions/<int:pk>/edit/", bank_questions.question_edit, name="question_edit"),
    path("exams/questions/<int:pk>/state/", bank_questions.question_state, name="question_state"),
    path("exams/questions/<int:pk>/confirm/", bank_questions.question_confirm, name="question_confirm"),
    path("exams/review/", bank_review.review, name="review"),
    path("exams/topics/", bank_topics.topics, name="topics"),
    path("exams/topics/new/", bank_topics.topic_new, name="topic_new"),
    path("exams/topics/<int:pk>/", bank_topics.topic_edit, name="topic_edit"),
    path("exams/topics/<int:pk>/move/", bank_topics.topic_move, name="topic_move"),
    path("exams/topics/<int:pk>/remove/", bank_topics.topic_remove, name="topic_remove"),
    path("exams/pictures/<str:token>/", bank_questions.picture, name="picture"),
]
