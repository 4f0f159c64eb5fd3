"""What the web server's processes and the workers count. Recording costs a few microseconds and no query."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
TASK_BUCKETS = (0.05, 0.1, 0.5, 1.0, 5.0, 30.0, 120.0, 300.0)
# by the view's name, never by the path: paths carry ids and are without number
REQUESTS = Counter(
    "rathausplatz_requests", "Answers of Django, by kind of host, view and status", ["kind", "view", "status"]
)
REQUEST_SECONDS = Histogram(
    "rathausplatz_request_seconds", "Time from request to answer in Django", ["kind", "view"], buckets=BUCKETS
)
PAGE_CACHE = Counter("rathausplatz_page_cache", "What the page cache did with requests", ["outcome"])
UNCOUNTED = Counter("rathausplatz_uncounted", "Tries that a limit let through because it could not count")
COMMUNE_REQUESTS = Counter("rathausplatz_commune_requests", "Answers of a commune's portal", ["commune"])
TASKS = Counter("rathausplatz_tasks", "Tasks that workers ended", ["task", "state"])
TASK_SECONDS = Histogram("rathausplatz_task_seconds", "Time a task took", ["task"], buckets=TASK_BUCKETS)
TASKS_NOT_SENT = Counter("rathausplatz_tasks_not_sent", "Tasks that the broker could not be given", ["task"])
PROCESS_RESTARTS = Counter(
    "rathausplatz_process_restarts", "Workers and schedules started again, and why", ["process", "reason"]
)
WORKER_STANDING = Gauge(
    "rathausplatz_worker_standing_seconds",
    "Since a worker that has room takes no message although some wait",
    ["process"],
    multiprocess_mode="max",
)
# taken together under this name once there are too many communes to tell apart
OTHERS = "other"
