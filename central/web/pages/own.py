"""The pages of a student."""

from central.web.pages.page import StudentPage
from central.web.views.own import own

PAGES = (StudentPage("own", "me/", own),)
