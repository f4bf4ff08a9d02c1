"""The pages of what the school answers for: its calendar and closures, the requirements, and the audit."""

from django.utils.translation import gettext_lazy as _

from central.web.pages.page import Group, StaffPage
from central.web.views.audit import audit
from central.web.views.audit_packet import audit_packet, packet_file
from central.web.views.calendar import calendar
from central.web.views.closures import closures
from central.web.views.emergencies import emergency, emergency_list
from central.web.views.emergency_learning import learning
from central.web.views.emergency_return import return_to_normal
from central.web.views.requirements import document, requirements
from central.work.tool_rights import Right, Tool

PAGES = (
    StaffPage("calendar", "calendar/", calendar, Tool.CALENDAR, Right.WRITE, _("Calendar"), Group.SCHOOL),
    StaffPage("closures", "closures/", closures, Tool.CLOSURES, Right.ADD, _("Closures"), Group.SCHOOL),
    StaffPage(
        "emergencies",
        "emergencies/",
        emergency_list,
        Tool.EMERGENCIES,
        Right.ADD,
        _("Emergencies"),
        Group.SCHOOL,
    ),
    StaffPage(
        "emergency",
        "emergencies/<str:year>/<str:emergency>/",
        emergency,
        Tool.EMERGENCIES,
        Right.ADD,
        under="emergencies",
    ),
    StaffPage(
        "emergency-learning",
        "emergencies/<str:year>/<str:emergency>/learning/",
        learning,
        Tool.EMERGENCIES,
        Right.ADD,
        under="emergencies",
    ),
    StaffPage(
        "emergency-return",
        "emergencies/<str:year>/<str:emergency>/return/",
        return_to_normal,
        Tool.EMERGENCIES,
        Right.ADD,
        under="emergencies",
    ),
    StaffPage(
        "requirements",
        "requirements/",
        requirements,
        Tool.REQUIREMENTS,
        Right.ADD,
        _("Requirements"),
        Group.REPORTS,
    ),
    StaffPage(
        "requirement-document",
        "requirements/document/<str:digest>/",
        document,
        Tool.REQUIREMENTS,
        under="requirements",
    ),
    StaffPage("audit", "audit/", audit, Tool.AUDIT, title=_("Audit"), group=Group.REPORTS),
    StaffPage(
        "audit-packet",
        "audit/packet/",
        audit_packet,
        Tool.AUDIT,
        Right.READ,
        _("Audit packets"),
        Group.REPORTS,
    ),
    StaffPage(
        "audit-packet-file",
        "audit/packet/<str:digest>/",
        packet_file,
        Tool.AUDIT,
        under="audit-packet",
    ),
)
