"""The pages of what is delivered to the student information system."""

from django.utils.translation import gettext_lazy as _

from central.web.pages.page import Group, StaffPage
from central.web.views.deliveries import deliveries, delivery
from central.work.tool_rights import Tool

PAGES = (
    StaffPage(
        "deliveries", "deliveries/", deliveries, Tool.REPORTS, title=_("Deliveries"), group=Group.REPORTS
    ),
    StaffPage("delivery", "deliveries/<int:record>/", delivery, Tool.REPORTS, under="deliveries"),
)
