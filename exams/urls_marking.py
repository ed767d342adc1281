"""Addresses of marking, challenges and appeals."""

urlpatterns = []
