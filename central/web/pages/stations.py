"""The pages of the stations and the gaps in what they say."""

from django.utils.translation import gettext_lazy as _

from central.web.pages.page import Group, StaffPage
from central.web.views.gaps import gaps
from central.web.views.stations import stations
from central.work.tool_rights import Right, Tool

PAGES = (
    StaffPage("stations", "stations/", stations, Tool.STATIONS, Right.WRITE, _("Stations"), Group.STATIONS),
    StaffPage("gaps", "gaps/", gaps, Tool.GAPS, Right.WRITE, _("Gaps"), Group.STATIONS),
)
