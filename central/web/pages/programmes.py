"""The pages of programs: attendance recovery, independent study, and who may generate attendance."""

from django.utils.translation import gettext_lazy as _

from central.web.pages.page import Group, StaffPage
from central.web.views.eligibility import eligibility
from central.web.views.eligibility_list import eligibility_list
from central.web.views.recovery import recovery
from central.web.views.recovery_ledger import ledger
from central.web.views.recovery_list import recovery_file, recovery_list
from central.web.views.recovery_services import services
from central.web.views.recovery_sessions import one, sessions
from central.web.views.study import study
from central.web.views.study_list import study_list
from central.work.tool_rights import Right, Tool

_LISTS = (
    StaffPage(
        "recovery-list",
        "recovery/",
        recovery_list,
        Tool.RECORDS,
        Right.WRITE,
        _("Attendance Recovery"),
        Group.PROGRAMMES,
    ),
    StaffPage("recovery-file", "recovery/bank.csv", recovery_file, Tool.RECORDS, under="recovery-list"),
    StaffPage(
        "recovery-sessions",
        "recovery/sessions/",
        sessions,
        Tool.SESSIONS,
        Right.ADD,
        _("Recovery sessions"),
        Group.PROGRAMMES,
    ),
    # The number is the school's own and may hold a slash.
    StaffPage(
        "recovery-session",
        "recovery/sessions/<path:session>/",
        one,
        Tool.SESSIONS,
        Right.WRITE,
        under="recovery-sessions",
    ),
)
_OF_A_STUDENT = (
    StaffPage(
        "recovery", "recovery/<str:number>/", recovery, Tool.RECORDS, Right.WRITE, under="recovery-list"
    ),
    StaffPage(
        "recovery-services",
        "recovery/<str:number>/services/",
        services,
        Tool.SERVICES,
        Right.WRITE,
        under="recovery-list",
    ),
    StaffPage(
        "recovery-ledger", "recovery/<str:number>/ledger/", ledger, Tool.SERVICES, under="recovery-list"
    ),
)
_STUDY = (
    StaffPage(
        "study-list", "study/", study_list, Tool.STUDY, title=_("Independent Study"), group=Group.PROGRAMMES
    ),
    StaffPage("study", "study/<str:number>/", study, Tool.STUDY, Right.WRITE, under="study-list"),
)
_ELIGIBILITY = (
    StaffPage(
        "eligibility-list",
        "eligibility/",
        eligibility_list,
        Tool.ELIGIBILITY,
        title=_("Eligibility"),
        group=Group.PROGRAMMES,
    ),
    StaffPage(
        "eligibility",
        "eligibility/<str:number>/",
        eligibility,
        Tool.ELIGIBILITY,
        Right.WRITE,
        under="eligibility-list",
    ),
)

PAGES = (*_LISTS, *_OF_A_STUDENT, *_STUDY, *_ELIGIBILITY)
