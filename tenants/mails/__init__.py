"""Mails that are promised: rows first, sent by the worker, found again whatever died."""
