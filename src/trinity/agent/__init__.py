"""A model at work in a real folder: tool calls on a private copy, in a loop. Called by the CLI."""
