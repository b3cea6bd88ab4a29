"""`guichet up`: the whole system on this machine, from wheels alone."""
