"""Where files of strangers are parsed: in a child process without Django, database or secrets, on a budget."""
