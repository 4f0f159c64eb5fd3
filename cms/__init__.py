"""Editorial pages: what a commune's editors write, and the pages that show services and participation."""
