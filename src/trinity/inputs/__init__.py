"""Bytes in, numbers out: tokenizer, chat template, pictures. Knows no torch and no engine."""
