"""What every test on a machine in a container is marked with."""

from typing import Final

import pytest

from tests.pi.contained.container import why_not

MARKS: Final = [
    pytest.mark.pi,
    pytest.mark.root,
    pytest.mark.timeout(900),
    pytest.mark.skipif(why_not() is not None, reason=str(why_not())),
]
