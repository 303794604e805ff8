"""Measure the checks themselves."""
