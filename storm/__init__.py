"""`make storm`: people buy, hold, cancel and come in while faults strike; then all is counted."""
