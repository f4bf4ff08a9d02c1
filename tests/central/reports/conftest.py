"""The small school, and a register to write its records into."""

import pytest

from tests.fakes import school as schools
from tests.fakes.register import Register
from tests.fakes.school import SmallSchool


@pytest.fixture
def small(db: None) -> SmallSchool:
    del db
    return schools.build()


@pytest.fixture
def register(small: SmallSchool) -> Register:
    return Register(small)
