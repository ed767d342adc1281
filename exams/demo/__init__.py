"""The exam chapter of the demonstration county."""
