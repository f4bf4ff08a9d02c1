"""Every page there is, part by part; the addresses, the menu and the tests of who may what come from here."""

from central.web.pages import day, office, own, reports, stations
from central.web.pages.page import StaffPage, StudentPage

STAFF: tuple[StaffPage, ...] = (*day.PAGES, *reports.PAGES, *stations.PAGES, *office.PAGES)
STUDENTS: tuple[StudentPage, ...] = own.PAGES
