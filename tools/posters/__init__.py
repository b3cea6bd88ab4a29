"""The pictures of the demo events, drawn by code: one hand, one palette."""
