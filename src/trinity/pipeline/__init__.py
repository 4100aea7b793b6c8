"""Training stages put together: which trainer and engine, finished checkpoints, the proof."""
