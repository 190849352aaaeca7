"""Figures of the year, counted from rows."""
