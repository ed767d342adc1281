"""Addresses of this app, one list an area."""

from staffing.urls_facts import urlpatterns as facts
from staffing.urls_gaps import urlpatterns as gaps
from staffing.urls_lists import urlpatterns as lists
from staffing.urls_roster import urlpatterns as roster

app_name = "staffing"
urlpatterns = [*facts, *lists, *gaps, *roster]
