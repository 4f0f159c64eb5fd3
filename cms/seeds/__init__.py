"""The start tree of a new portal, in German and English."""
