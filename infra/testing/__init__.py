"""`make test`: browser and servers are found or installed, then the whole suite runs."""
