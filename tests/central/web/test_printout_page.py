"""The page of the weekly printout: who opens names of students is noted, who opens numbers is not."""

import pytest

from central.store.models import Viewing
from tests.central.web.test_reports_pages import browser, small
from tests.fakes.school import SmallSchool

__all__ = ["small"]
pytestmark = pytest.mark.django_db
ADDRESS = "/reports/2024-25/{}/?as-of=2024-09-13"
DOWNLOAD = "/reports/2024-25/weekly-printout/report.csv?as-of=2024-09-13"


def test_whoever_opens_or_takes_the_printout_is_in_the_access_log(small: SmallSchool) -> None:
    client = browser(small)
    assert client.get(ADDRESS.format("fleet")).status_code == 200
    assert not Viewing.objects.exists()
    page = client.get(ADDRESS.format("weekly-printout"))
    assert "Soto, Ana" in page.content.decode()
    assert client.get(DOWNLOAD).status_code == 200
    looked = Viewing.objects.filter(student=None).values_list("page", "by__number")
    assert list(looked) == [("report weekly-printout", small.admin.number)] * 2
