"""The rows of the benchmark, by subject: each measures on a running system, and says a figure."""
