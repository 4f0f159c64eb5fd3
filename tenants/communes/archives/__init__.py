"""One file that holds a whole commune: made, proven, kept, and brought back, here or on another installation."""
