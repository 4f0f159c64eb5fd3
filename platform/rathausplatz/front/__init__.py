"""What stands between strangers and Django: bodies with a budget, cached pages, and a fair wait for few threads.

One event loop receives all requests of a process, so whoever sends or reads slowly holds no thread. Complete requests
go to the application threads, the only ones with a connection to the database (docs/explanation/availability.md).
"""
