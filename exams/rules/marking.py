"""Marks for one answer, by form and policy (pure)."""
