"""The pages of outages, of what was entered late, and of paper that waits for a decision."""

from django.utils.translation import gettext_lazy as _

from central.web.pages.page import Group, StaffPage
from central.web.views.outages import late_entries_page, outage, outages
from central.web.views.paper_decisions import paper_decisions
from central.work.tool_rights import Right, Tool

PAGES = (
    StaffPage("outages", "outages/", outages, Tool.OUTAGES, Right.ADD, _("Outages"), Group.STATIONS),
    StaffPage(
        "late-entries",
        "outages/late-entries/",
        late_entries_page,
        Tool.OUTAGES,
        title=_("Late entries"),
        under="outages",
    ),
    StaffPage("outage", "outages/<int:identity>/", outage, Tool.OUTAGES, Right.WRITE, under="outages"),
    StaffPage(
        "paper-decisions",
        "paper-decisions/<path:code>/<str:on>/",
        paper_decisions,
        Tool.PAPER,
        Right.ADD,
        under="today",
    ),
)
