"""The exam cast on top of the county."""

import pytest

from tests.exams.made import ExamCast


@pytest.fixture
def exam(cast) -> ExamCast:
    return ExamCast(cast)
