"""What reads uploaded pictures, drawings and typefaces: functions for a confined child, none of them loads Django."""
