"""What the network is: one file per architecture, and how its weights are stored and counted."""
