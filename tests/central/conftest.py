"""A records database in a real file of its own for every test process."""

import pytest
from django.db import connections


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("records")
    connections["default"].settings_dict["TEST"]["NAME"] = str(folder / "records.sqlite")
