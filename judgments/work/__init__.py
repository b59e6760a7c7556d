"""Work is made, handed out, taken back and counted."""
