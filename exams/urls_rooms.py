"""Addresses of sites, rooms, seats and what is printed."""

urlpatterns = []
