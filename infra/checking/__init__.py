"""`make check`: what must hold of every line, before anything runs."""
