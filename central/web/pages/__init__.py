"""Every page there is, part by part; the addresses, the menu and the tests of who may what come from here."""

from central.web.pages import (
    account,
    claims,
    day,
    deliveries,
    exports,
    fleet,
    follow_up,
    office,
    outages,
    own,
    people,
    programmes,
    reports,
    sheets,
    stations,
)
from central.web.pages.page import StaffPage, StudentPage

STAFF: tuple[StaffPage, ...] = (
    *day.PAGES,
    *follow_up.PAGES,
    *sheets.PAGES,
    *reports.PAGES,
    *deliveries.PAGES,
    *exports.PAGES,
    *people.PAGES,
    *stations.PAGES,
    *fleet.PAGES,
    *outages.PAGES,
    *office.PAGES,
    *programmes.PAGES,
    *claims.PAGES,
    *account.PAGES,
)
STUDENTS: tuple[StudentPage, ...] = own.PAGES
