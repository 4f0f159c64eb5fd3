"""`rathausplatz demo`: three portals and the console on one machine, with nothing installed before."""
