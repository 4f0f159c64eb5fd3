"""What a town does for its people: one Django app per room."""
