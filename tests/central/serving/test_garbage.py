"""Nobody waits while everything ever heard of is gone through for garbage."""

import json
import subprocess
import sys

import pytest

_GROWING = """
import gc, json
from central.serving.garbage import spare_the_waiting
{spare}
full, found = [], []
def note(phase, told):
    if phase == "stop":
        full.append(told["generation"] == 2)
        found.append(told["collected"])
gc.callbacks.append(note)
stay = [[number] for number in range(400_000)]
for _ in range(100_000):
    goes = []
    goes.append(goes)
print(json.dumps([any(full), sum(found)]))
"""


@pytest.mark.parametrize(("spare", "is_gone_through"), [("spare_the_waiting()", False), ("", True)])
def test_what_stays_is_not_gone_through_as_it_grows_and_what_goes_is_found(
    spare: str, *, is_gone_through: bool
) -> None:
    command = [sys.executable, "-c", _GROWING.format(spare=spare)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    any_full, found = json.loads(said)
    assert any_full is is_gone_through
    assert found >= 80_000
