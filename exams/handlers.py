"""Background work of this app (one import a handler module)."""
