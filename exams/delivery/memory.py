"""Everything this layer keeps in the process."""

from exams.delivery import content, frozen, messages, sheets


def forget() -> None:
    """Empty it all: tests reuse ids."""
    for kept in (content, frozen, messages, sheets):
        kept.forget()
