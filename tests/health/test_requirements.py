"""The reference page of the requirements register is what its tables say now."""

from central.register.page import render
from tests.health import source

PAGE = "docs/reference/requirements.md"


def test_the_reference_page_is_what_the_register_says_now() -> None:
    assert source.text(PAGE) == render(), f"run: python -m central.register.page > {PAGE}"
