"""The pages of IT about the stations: one of them from near, with its orders and silenced alerts."""

from django.utils.translation import gettext_lazy as _

from central.web.pages.page import StaffPage
from central.web.views.fleet import one_station
from central.work.tool_rights import Right, Tool

PAGES = (
    StaffPage(
        "station",
        "stations/<slug:station>/",
        one_station,
        Tool.FLEET,
        Right.WRITE,
        _("Station"),
        under="stations",
    ),
)
