"""Honest numbers: counts go in, and bounds that hold come out."""
