"""Addresses of this app, one list an area."""

from exams.urls_bank import urlpatterns as bank
from exams.urls_bank_imports import urlpatterns as bank_imports
from exams.urls_console import urlpatterns as console
from exams.urls_marking import urlpatterns as marking
from exams.urls_mine import urlpatterns as mine
from exams.urls_papers import urlpatterns as papers
from exams.urls_practice import urlpatterns as practice
from exams.urls_results import urlpatterns as results
from exams.urls_rooms import urlpatterns as rooms
from exams.urls_sittings import urlpatterns as sittings
from exams.urls_takepage import urlpatterns as takepage
from exams.urls_taking import urlpatterns as taking

app_name = "exams"
urlpatterns = [
    # First: on the day every other address together is asked for less often than these.
    *taking,
    *bank,
    *bank_imports,
    *console,
    *marking,
    *mine,
    *papers,
    *practice,
    *results,
    *rooms,
    *sittings,
    *takepage,
]
