"""`make bench`: measures pages, bytes, the page cache, provisioning and the main line, and prints tables."""
