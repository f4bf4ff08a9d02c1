"""The pages of a student."""

from django.utils.translation import gettext_lazy as _

from central.web.pages.page import StudentPage
from central.web.views.faults import own_fault
from central.web.views.own import own, own_appeal, own_looks, own_notice, own_record

PAGES = (
    StudentPage("own", "me/", own, takes_forms=True, title=_("My day")),
    StudentPage("own-record", "me/record/", own_record, title=_("My record")),
    StudentPage("own-notice", "me/notice/", own_notice, takes_forms=True, title=_("I will be absent")),
    StudentPage("own-appeal", "me/appeal/", own_appeal, takes_forms=True),
    StudentPage("own-looks", "me/looks/", own_looks, title=_("Who looked")),
    StudentPage("own-fault", "me/fault/", own_fault, takes_forms=True),
)
