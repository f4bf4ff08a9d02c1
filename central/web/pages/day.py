"""The pages of the day: classes, their sessions and histories, and taps whose time a person must say."""

from django.utils.translation import gettext_lazy as _

from central.web.pages.page import Group, StaffPage
from central.web.views.histories import class_history, student_history
from central.web.views.needed import needed
from central.web.views.session import session
from central.web.views.times import time, times
from central.web.views.today import today
from central.work.tool_rights import Right, Tool

PAGES = (
    StaffPage("today", "today/", today, Tool.ATTENDANCE, title=_("Today"), group=Group.DAY),
    StaffPage("needed", "needed/", needed, Tool.ATTENDANCE, Right.ADD, _("Needed"), Group.DAY),
    # The code is the roster's and may hold a slash; a day's name comes last, so it is looked for first.
    StaffPage("class-history", "class/<path:code>/history/", class_history, Tool.ATTENDANCE, under="today"),
    StaffPage("session", "class/<path:code>/<str:on>/", session, Tool.ATTENDANCE, Right.ADD, under="today"),
    StaffPage(
        "student-history",
        "students/<str:number>/history/",
        student_history,
        Tool.ATTENDANCE,
        under="students",
    ),
    StaffPage("times", "times/", times, Tool.TIMES, Right.WRITE, _("Times"), Group.DAY),
    StaffPage(
        "time",
        "times/<str:station>/<int:epoch>/<int:sequence>/",
        time,
        Tool.TIMES,
        Right.WRITE,
        under="times",
    ),
)
