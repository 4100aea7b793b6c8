"""Speed beside its limits and beside peers: what `trinity bench` runs, each engine in a process of its own."""
