"""The end of a commune's life on the platform: moving out, archived, deleted with everything it owned."""
