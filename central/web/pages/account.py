"""The page of one's own sign-in."""

from django.utils.translation import gettext_lazy as _

from central.web.pages.page import StaffPage
from central.web.views.sign_in import sign_in
from central.work.tool_rights import Right

PAGES = (StaffPage("sign-in", "sign-in/", sign_in, posts=Right.WRITE, title=_("Your sign-in")),)
