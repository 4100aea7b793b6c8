"""HTTP on one side, the engine's events on the other; never a tensor."""
