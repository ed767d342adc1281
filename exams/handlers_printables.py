"""Background printing."""

from exams.actions import printables
from portal import jobs

jobs.handler(printables.KIND)(printables.write_for)
