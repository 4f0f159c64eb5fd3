"""What a commune takes along to another vendor: tables as CSV, the main things as JSON and PDF, files. No secrets."""
