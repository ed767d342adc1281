"""Measurements of this app; `manage.py bench` finds them."""
