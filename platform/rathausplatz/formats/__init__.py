"""Formats of dates and times where Django's own do not suit us; German ones do."""
