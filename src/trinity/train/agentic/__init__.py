"""Exercises that use tools, or whose answer is JSON."""

from trinity.train.agentic import declining, json_answers, looking_up, repairing
from trinity.train.items import Family

FAMILIES: tuple[Family, ...] = (
    *repairing.FAMILIES,
    *looking_up.FAMILIES,
    *declining.FAMILIES,
    *json_answers.FAMILIES,
)
"""All families of the package; their domains are `code` and `chat`."""
