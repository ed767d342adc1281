"""Addresses of the question bank."""

urlpatterns = []
