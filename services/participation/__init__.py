"""Taking part: ideas, later projects, plans, programmes and polls."""
