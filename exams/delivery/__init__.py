"""What a candidate may be sent: paper content, remaining time. Knows no right answer (an import contract)."""
