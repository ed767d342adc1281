"""Marking: machine, markers, arbitration."""
