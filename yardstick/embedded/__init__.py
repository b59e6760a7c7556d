"""PostgreSQL, Valkey and a local model from wheels, run as our own child processes on one machine."""
