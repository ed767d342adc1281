"""Addresses: facts."""

urlpatterns = []
