"""What keeps work going: sending that stops nobody, a schedule that no clock stops, processes that are kept."""
