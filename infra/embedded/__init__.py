"""A PostgreSQL without an install: started from a wheel, kept in the data directory, stopped with its last user."""
