"""What the documents say of rights, operations and problems is what the program does."""

import pytest

from tests import tables
from tests.health import source


@pytest.mark.parametrize("document", [tables.ROLES, tables.STAFF_API])
def test_the_tables_of_a_document_are_those_of_the_program(document: str) -> None:
    text = source.text(document)
    assert text == tables.renewed(document, text), "run: python -m tests.tables"
    for rows in tables.tables(document).values():
        assert "\n".join(rows) in text
