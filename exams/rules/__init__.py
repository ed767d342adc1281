"""Pure rules of exams: no Django, no database."""
