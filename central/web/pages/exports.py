"""The page of files for other systems, and the files given out so far."""

from django.utils.translation import gettext_lazy as _

from central.web.pages.page import Group, StaffPage
from central.web.views.exports import exported_file, exports
from central.work.tool_rights import Right, Tool

PAGES = (
    StaffPage("exports", "exports/", exports, Tool.EXPORTS, Right.ADD, _("Exports"), Group.REPORTS),
    StaffPage("exported-file", "exports/<int:identity>/", exported_file, Tool.EXPORTS, under="exports"),
)
