"""One mutation, one keyword-only function, one transaction with its audit row."""
