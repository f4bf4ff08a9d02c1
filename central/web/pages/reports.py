"""The pages of reports: each kind, its editions, and the walk from a number down to a single tap."""

from django.utils.translation import gettext_lazy as _

from central.web.pages.page import Group, StaffPage
from central.web.views.charts import CHARTS, chart_file, chart_page, charts
from central.web.views.editions import editions
from central.web.views.records import trace_record, trace_tap
from central.web.views.reports import download, report, reports
from central.web.views.walk import proof
from central.work.tool_rights import Right, Tool

_ONE = "reports/<str:year>/<str:kind>/"

PAGES = (
    StaffPage("reports", "reports/", reports, Tool.REPORTS, title=_("Reports"), group=Group.REPORTS),
    StaffPage("report", _ONE, report, Tool.REPORTS, Right.ADD, under="reports"),
    StaffPage("download", f"{_ONE}<str:name>", download, Tool.REPORTS, under="reports"),
    StaffPage("editions", f"{_ONE}editions/", editions, Tool.REPORTS, under="reports"),
    StaffPage("proof", f"{_ONE}proof/", proof, Tool.REPORTS, under="reports"),
    StaffPage("trace-record", "records/<int:record>/", trace_record, Tool.REPORTS, under="reports"),
    StaffPage(
        "trace-tap",
        "taps/<str:station>/<int:epoch>/<int:sequence>/",
        trace_tap,
        Tool.REPORTS,
        under="reports",
    ),
    StaffPage("charts", "charts/", charts, Tool.REPORTS, title=_("Charts"), group=Group.REPORTS),
    *(
        StaffPage(f"chart-{name}", f"charts/{name}/", chart_page(name), Tool.REPORTS, under="charts")
        for name in CHARTS
    ),
    StaffPage("chart-file", "charts/<str:name>", chart_file, Tool.REPORTS, under="charts"),
)
