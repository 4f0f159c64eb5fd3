"""Who may do what in PostgreSQL: roles, grants, and what is taken from everybody."""
