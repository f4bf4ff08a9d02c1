"""Every page there is, part by part; the addresses, the menu and the tests of who may what come from here."""

from central.web.pages import (
    account,
    claims,
    day,
    follow_up,
    office,
    own,
    people,
    programmes,
    reports,
    stations,
)
from central.web.pages.page import StaffPage, StudentPage

STAFF: tuple[StaffPage, ...] = (
    *day.PAGES,
    *follow_up.PAGES,
    *reports.PAGES,
    *people.PAGES,
    *stations.PAGES,
    *office.PAGES,
    *programmes.PAGES,
    *claims.PAGES,
    *account.PAGES,
)
STUDENTS: tuple[StudentPage, ...] = own.PAGES
