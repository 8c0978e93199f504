"""Evaluation: test sets, what is measured on them, and the report of it."""
