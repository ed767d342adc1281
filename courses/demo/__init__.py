"""The learning chapter of the demonstration county: a year of lectures, courses, cases, drills, and who studied.

Everything goes through the same actions that people use, each on its own day.
"""

from courses.demo.chapter import tell

__all__ = ["tell"]
