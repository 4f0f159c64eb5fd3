"""`make test`: a browser is found or fetched, then the whole suite runs."""
