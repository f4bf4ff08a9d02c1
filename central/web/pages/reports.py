"""The pages of reports."""

from django.utils.translation import gettext_lazy as _

from central.web.pages.page import Group, StaffPage
from central.web.views.reports import download, report, reports
from central.work.tool_rights import Tool

PAGES = (
    StaffPage("reports", "reports/", reports, Tool.REPORTS, title=_("Reports"), group=Group.REPORTS),
    StaffPage("report", "reports/<str:year>/<str:kind>/", report, Tool.REPORTS, under="reports"),
    StaffPage(
        "download", "reports/<str:year>/<str:kind>/<str:name>", download, Tool.REPORTS, under="reports"
    ),
)
