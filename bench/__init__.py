"""The benchmarks: `make bench` starts a system of its own, loads it, and says what it did."""
