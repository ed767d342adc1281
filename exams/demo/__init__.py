"""The exam chapter of the demonstration county: a bank, papers, and a sitting in each state.

Everything goes through the same imports and actions that people use, each on its own day.
"""

from exams.demo.chapter import tell

__all__ = ["tell"]
