"""Speed beside limits and peers: what `trinity bench` runs, each engine in its own process."""
