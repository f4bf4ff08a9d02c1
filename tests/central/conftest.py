"""A records database in a real file of its own for every test process."""

import pytest
from django.conf import settings


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("records")
    settings.DATABASES["default"]["TEST"]["NAME"] = str(folder / "records.sqlite")
