"""Start, save, hand in: what a candidate does. Knows no right answer."""
