"""What an event is and what may be done with it: pure rules, no input or output."""
