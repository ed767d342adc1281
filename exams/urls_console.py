"""Addresses of the invigilator's console."""

urlpatterns = []
