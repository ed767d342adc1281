"""Reading right answers: for marking, review and printed answer keys only."""
