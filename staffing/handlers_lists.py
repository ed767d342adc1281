"""Background work of the lists."""

from portal import jobs
from staffing.actions import exports

jobs.handler(exports.KIND)(exports.write_for)
