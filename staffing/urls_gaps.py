"""Addresses: gaps."""

urlpatterns = []
