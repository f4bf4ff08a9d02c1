"""Indented JSON is, byte for byte, what Python's own writer makes of the same members."""

import json
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.reports import indented


class Word(StrEnum):
    TAP = "tapped \u00e9"


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(Word.TAP)
MEMBERS = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner)
)


@given(MEMBERS)
def test_every_text_is_what_python_itself_would_write(members: object) -> None:
    assert indented.text(members) == json.dumps(members, ensure_ascii=False, indent=2) + "\n"


@pytest.mark.parametrize("members", [{"days": {1: "one"}}, {"days": Decimal("1.5")}, [{2}]])
def test_what_json_has_no_form_for_is_refused(members: object) -> None:
    with pytest.raises(TypeError):
        indented.text(members)
