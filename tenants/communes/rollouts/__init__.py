"""Bringing a fleet of schemas to a release: where each stands, what a release changes, how the change is replayed."""
