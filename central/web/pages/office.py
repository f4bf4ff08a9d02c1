"""The pages of the office: who can sign in, and one's own tokens."""

from django.utils.translation import gettext_lazy as _

from central.web.pages.page import Group, StaffPage
from central.web.views.logins import logins
from central.web.views.tokens import tokens
from central.work.tool_rights import Right, Tool

PAGES = (
    StaffPage("logins", "logins/", logins, Tool.LOGINS, Right.WRITE, _("Logins"), Group.OFFICE),
    StaffPage("tokens", "tokens/", tokens, Tool.TOKENS, Right.ADD, _("Tokens"), Group.OFFICE),
)
