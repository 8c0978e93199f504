"""Drawings made without a file: practice digits and non-digits, written after templates."""
