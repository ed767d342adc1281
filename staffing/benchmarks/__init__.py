"""Measurements that operators can repeat: one module a subject, each with ``run(size, stdout)``."""
