"""The pages of the day: classes, their sessions, and taps whose time a person must say."""

from django.utils.translation import gettext_lazy as _

from central.web.pages.page import Group, StaffPage
from central.web.views.session import session
from central.web.views.times import time, times
from central.web.views.today import today
from central.work.tool_rights import Right, Tool

_TAP = "<str:station>/<int:epoch>/<int:sequence>"

PAGES = (
    StaffPage("today", "today/", today, Tool.ATTENDANCE, title=_("Today"), group=Group.DAY),
    # The code is the roster's and may hold a slash.
    StaffPage("session", "class/<path:code>/<str:on>/", session, Tool.ATTENDANCE, Right.WRITE, under="today"),
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
