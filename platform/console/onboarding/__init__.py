"""Taking a commune on: questions, one per page, and the order at the end."""
