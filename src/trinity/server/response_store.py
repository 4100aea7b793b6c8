"""Responses that clients come back to, in memory: bounded by count and bytes, the oldest out.

Filled by the answers of the Responses dialect, read by its inward side and its routes. Items are
held as JSON, once for all responses of a conversation, so the bound is on what memory really holds.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

OVERHEAD_BYTES = 1024
"""What Python takes of an item or a response beside the text, rounded up."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a conversation, under an id that no other item has."""

    id: str
    data: bytes
    """The item as the wire shows it, as JSON."""

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Item:
        """Of an item that has its id."""
        return cls(body["id"], json.dumps(body).encode())

    def body(self) -> dict[str, Any]:
        """A fresh copy of the item."""
        found: dict[str, Any] = json.loads(self.data)
        return found

    @property
    def num_bytes(self) -> int:
        """What holding it takes."""
        return OVERHEAD_BYTES + len(self.data)


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """A response, and what it was made from."""

    input: tuple[Item, ...]
    """The whole conversation before it."""
    output: tuple[Item, ...] = ()
    head: bytes | None = None
    """All of its body but the output, as JSON; `None` while it is being answered."""

    def body(self) -> dict[str, Any]:
        """A fresh copy of the response as it was answered."""
        head: dict[str, Any] = json.loads(self.head or b"{}")
        return {**head, "output": [item.body() for item in self.output]}

    @property
    def conversation(self) -> tuple[Item, ...]:
        """What a next response is made from, before its own input."""
        return (*self.input, *self.output)

    @property
    def own_bytes(self) -> int:
        """What holding it takes beside the items, which other responses may hold too."""
        pointers = 16 * (len(self.input) + len(self.output))
        return OVERHEAD_BYTES + len(self.head or b"") + pointers


class ResponseStore:
    """Holds responses until newer ones need their place. Thread-safe.

    A response is opened when its input is known, so that its input counts from then on, and can be
    found once it is filled.
    """

    def __init__(self, *, max_responses: int, max_bytes: int) -> None:
        """Hold at most so many responses, in at most so many bytes."""
        self.max_bytes = max_bytes
        self.num_bytes = 0
        """What is held now."""
        self._max_responses = max_responses
        self._responses: dict[str, StoredResponse] = {}
        self._items: dict[str, Item] = {}
        self._uses: Counter[str] = Counter()
        self._lock = threading.RLock()

    def takes(self, items: Iterable[Item]) -> bool:
        """Whether a response made from `items` can be held, its output left aside."""
        stored = StoredResponse(tuple(items))
        distinct = {item.id: item.num_bytes for item in stored.input}
        needed = stored.own_bytes + sum(distinct.values())
        return self._max_responses > 0 and needed <= self.max_bytes

    def open(self, response_id: str, items: Iterable[Item]) -> None:
        """Hold the input of a response that begins; the oldest responses make room for it."""
        with self._lock:
            self._put(response_id, StoredResponse(tuple(items)))

    def fill(self, response_id: str, body: Mapping[str, Any]) -> bool:
        """Keep the response as it was answered, if it was opened; whether there was place for it.

        Newer ones may have taken its place, or its output may be too large.
        """
        output = tuple(map(Item.of, body["output"]))
        head = json.dumps({**body, "output": []}).encode()
        with self._lock:
            if opened := self._responses.get(response_id):
                self._put(response_id, replace(opened, output=output, head=head))
            return response_id in self._responses

    def close(self, response_id: str) -> None:
        """Give up a response that was not filled; do nothing for others."""
        with self._lock:
            opened = self._responses.get(response_id)
            if opened and opened.head is None:
                self._drop(response_id)

    def find(self, response_id: str) -> StoredResponse | None:
        """A response that was filled; `None` where there is none."""
        with self._lock:
            found = self._responses.get(response_id)
            return found if found and found.head is not None else None

    def item(self, item_id: str) -> Item | None:
        """An item of any response that is held; `None` where there is none."""
        with self._lock:
            return self._items.get(item_id)

    def delete(self, response_id: str) -> bool:
        """Forget a response that was filled; false where there is none.

        What later responses of the conversation need stays theirs.
        """
        with self._lock:
            found = self.find(response_id)
            if found:
                self._drop(response_id)
            return found is not None

    def _put(self, response_id: str, stored: StoredResponse) -> None:
        before = self._responses.get(response_id)
        # A filled response keeps the place in the order that it was opened at.
        self._responses[response_id] = stored
        self.num_bytes += stored.own_bytes
        for item in stored.conversation:
            self._use(item)
        if before:
            self._release(before)
        while len(self._responses) > self._max_responses or self.num_bytes > self.max_bytes:
            self._drop(next(iter(self._responses)))

    def _drop(self, response_id: str) -> None:
        self._release(self._responses.pop(response_id))

    def _use(self, item: Item) -> None:
        self._uses[item.id] += 1
        if self._uses[item.id] == 1:
            self._items[item.id] = item
            self.num_bytes += item.num_bytes

    def _release(self, stored: StoredResponse) -> None:
        self.num_bytes -= stored.own_bytes
        for item in stored.conversation:
            self._uses[item.id] -= 1
            if not self._uses[item.id]:
                del self._uses[item.id]
                self.num_bytes -= self._items.pop(item.id).num_bytes
