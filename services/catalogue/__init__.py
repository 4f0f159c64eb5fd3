"""What this commune offers: adopted and own services, offices, places and areas."""
