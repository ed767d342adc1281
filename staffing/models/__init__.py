"""Staffing's facts over time. Every range is half-open: ``start <= day < end``; no end means still open."""

from staffing.models.hours import HourCredit, HourKind, HourSpan, HourYear, HourYearLine
from staffing.models.org import EmpowerMode, Unit, UnitAlias, UnitKind
from staffing.models.people import (
    Category,
    EndReason,
    EstablishmentType,
    Gender,
    Leave,
    LeaveKind,
    Membership,
    Person,
)
from staffing.models.policies import Policy
from staffing.models.postings import AWAY_KINDS, DEPLOYED_KINDS, Posting, PostingKind
from staffing.models.qualifications import (
    CertificateCheck,
    Qualification,
    QualificationKind,
    QualificationState,
    QualificationStatus,
)
from staffing.models.rosters import ColumnMemory, ImportChange, RosterImport

__all__ = [
    "AWAY_KINDS",
    "DEPLOYED_KINDS",
    "Category",
    "CertificateCheck",
    "ColumnMemory",
    "EmpowerMode",
    "EndReason",
    "EstablishmentType",
    "Gender",
    "HourCredit",
    "HourKind",
    "HourSpan",
    "HourYear",
    "HourYearLine",
    "ImportChange",
    "Leave",
    "LeaveKind",
    "Membership",
    "Person",
    "Policy",
    "Posting",
    "PostingKind",
    "Qualification",
    "QualificationKind",
    "QualificationState",
    "QualificationStatus",
    "RosterImport",
    "Unit",
    "UnitAlias",
    "UnitKind",
]
