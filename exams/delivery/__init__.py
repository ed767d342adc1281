"""What a candidate may be sent: paper content, remaining time. Imports no right answer (an import contract holds it)."""
