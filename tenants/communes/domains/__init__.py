"""Host names of communes: claimed, proven, watched, and one of them primary."""
