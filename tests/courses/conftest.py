"""The learning cast on top of the county."""

import pytest

from tests.courses.made import CourseCast


@pytest.fixture
def learning(cast) -> CourseCast:
    return CourseCast(cast)
