"""Addresses: gaps."""

from django.urls import path, register_converter

from staffing.views import gaps, unit_profile


class UnitCode:
    """A unit's code; never the words that stand for pages of the unit register."""

    regex = r"(?!new/)[^/]+"

    def to_python(self, value):
        return value

    def to_url(self, value):
        return value


register_converter(UnitCode, "unitcode")

urlpatterns = [
    path("gaps/", gaps.gaps, name="gaps"),
    path("gaps/trend/", gaps.gap_trend, name="gap_trend"),
    path("gaps/people/", gaps.gap_people, name="gap_people"),
    path("gaps/people/export/", gaps.gap_export, name="gap_export"),
    path("units/<unitcode:code>/", unit_profile.unit, name="unit"),
]
