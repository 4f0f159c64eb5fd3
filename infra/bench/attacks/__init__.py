"""`rathausplatz bench attacks`: what other towns notice while one is attacked through the shipped Caddy."""
