"""Kinds of jobs of this room, found by core.jobs."""

from payouts.building import BuildRun

__all__ = ["BuildRun"]
