"""The kernel's tables: who may sign in, what they may do where, what was done, what they were told, what runs."""

from portal.models.audit import AuditEvent, AuditHead, Revision
from portal.models.grants import Grant, Role
from portal.models.jobs import Job, WorkerBeat
from portal.models.notices import Notice
from portal.models.pages import HomePage
from portal.models.users import SignInFailure, User

__all__ = [
    "AuditEvent",
    "AuditHead",
    "Grant",
    "HomePage",
    "Job",
    "Notice",
    "Revision",
    "Role",
    "SignInFailure",
    "User",
    "WorkerBeat",
]
