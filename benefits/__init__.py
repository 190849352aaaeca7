"""Programmes, standards with dates, the assessment with its breakdown, entitlements and holds on them."""
