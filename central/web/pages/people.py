"""The pages of students, their cards, and the roster both come with."""

from django.utils.translation import gettext_lazy as _

from central.web.pages.page import Group, StaffPage
from central.web.views.credentials import credentials
from central.web.views.roster import roster
from central.web.views.students import student, students
from central.work.tool_rights import Right, Tool

PAGES = (
    StaffPage("students", "students/", students, Tool.STUDENTS, title=_("Students"), group=Group.STUDENTS),
    StaffPage("student", "students/<str:number>/", student, Tool.STUDENTS, Right.WRITE, under="students"),
    StaffPage(
        "credentials",
        "credentials/",
        credentials,
        Tool.CREDENTIALS,
        Right.ADD,
        _("Cards"),
        Group.STUDENTS,
    ),
    StaffPage("roster", "roster/", roster, Tool.ROSTER, Right.ADD, _("Roster"), Group.SCHOOL),
)
