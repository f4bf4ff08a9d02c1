"""The pages of what needs a person: exceptions, notices, paper, interventions, faults, the desk, settings."""

from django.utils.translation import gettext_lazy as _

from central.web.pages.page import Group, StaffPage
from central.web.views.desk import desk, sample
from central.web.views.exceptions import exceptions
from central.web.views.faults import fault_report, faults
from central.web.views.interventions import interventions
from central.web.views.notices import appeal, notice, notices
from central.web.views.paper import paper
from central.web.views.paper_batch import paper_batch
from central.web.views.paper_file import paper_file
from central.web.views.settings import settings
from central.work.tool_rights import Right, Tool

PAGES = (
    StaffPage(
        "exceptions", "exceptions/", exceptions, Tool.EXCEPTIONS, Right.WRITE, _("Exceptions"), Group.DAY
    ),
    StaffPage("notices", "notices/", notices, Tool.CHECK_INS, Right.ADD, _("Notices"), Group.DAY),
    StaffPage(
        "notice", "notices/<int:notice>/<str:on>/", notice, Tool.CHECK_INS, Right.WRITE, under="notices"
    ),
    StaffPage("appeal", "appeals/<int:appeal>/", appeal, Tool.CHECK_INS, Right.WRITE, under="notices"),
    StaffPage("paper", "paper/", paper, Tool.PAPER, Right.ADD, _("Paper"), Group.DAY),
    StaffPage("paper-file", "paper/look/", paper_file, Tool.PAPER, Right.ADD, under="paper"),
    StaffPage("paper-batch", "paper/<int:batch>/", paper_batch, Tool.PAPER, Right.ADD, under="paper"),
    StaffPage(
        "interventions",
        "interventions/",
        interventions,
        Tool.INTERVENTIONS,
        Right.WRITE,
        _("Interventions"),
        Group.STUDENTS,
    ),
    StaffPage("desk", "desk/", desk, Tool.SAMPLES, Right.ADD, _("Leader's desk"), Group.OFFICE),
    StaffPage("sample", "desk/sample/<int:sample>/", sample, Tool.SAMPLES, Right.WRITE, under="desk"),
    StaffPage("settings", "settings/", settings, Tool.SETTINGS, Right.WRITE, _("Settings"), Group.OFFICE),
    StaffPage("faults", "faults/", faults, Tool.FAULTS, Right.WRITE, _("Faults"), Group.STATIONS),
    StaffPage("fault-report", "faults/report/", fault_report, Tool.FAULTS, Right.ADD, under="faults"),
)
