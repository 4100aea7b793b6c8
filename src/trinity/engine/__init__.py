"""Who runs next, on which memory, and what comes out: from a request to its events."""
