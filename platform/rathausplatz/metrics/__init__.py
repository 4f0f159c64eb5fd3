"""Figures for Prometheus: what processes count, and what the database knows."""
