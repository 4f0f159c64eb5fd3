"""What a service is, everywhere: versioned texts, forms, rules, fees and letters."""
