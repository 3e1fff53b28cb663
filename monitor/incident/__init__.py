"""Incidents: filling in the past, and what belongs together."""
