"""Addresses of search, citation reviews and discussion."""

from django.urls import path

from courses.views import citations, comments, search

urlpatterns = [
    path("learning/search/", search.search, name="search"),
    path("learning/office/citations/", citations.reviews, name="reviews"),
    path("learning/office/citations/settle/", citations.settle, name="reviews_settle"),
    path("learning/office/comments/", comments.office, name="comments_office"),
    path("learning/pages/<int:pk>/discussion/", comments.discussion, name="discussion"),
    path("learning/pages/<int:pk>/discussion/add/", comments.add, name="comment_add"),
    path("learning/comments/<int:pk>/<str:act>/", comments.moderate, name="comment_moderate"),
]
