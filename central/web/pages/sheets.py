"""The pages of paper that works without a server: class sheets to print, and the kits of laptops."""

from django.utils.translation import gettext_lazy as _

from central.web.pages.page import Group, StaffPage
from central.web.views.paper_kit import paper_kit
from central.web.views.paper_print import paper_print
from central.work.tool_rights import Right, Tool

PAGES = (
    StaffPage(
        "paper-print", "paper/print/", paper_print, Tool.SHEETS, Right.ADD, _("Class sheets"), Group.DAY
    ),
    StaffPage("paper-kit", "paper/kit/", paper_kit, Tool.KITS, Right.ADD, under="paper-print"),
)
