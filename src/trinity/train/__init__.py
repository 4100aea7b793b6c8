"""Generated data, training, evaluation. Never imports the engine: it is handed a `Generator`."""
