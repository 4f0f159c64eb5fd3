"""`rathausplatz bench chaos`: people apply while everything dies, fills up or lies; then all is counted."""
