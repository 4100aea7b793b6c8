"""The routes of responses that were answered: read, list what they were made from, delete.

Registered by the app, which has the routes that make responses.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from fastapi import Request
from fastapi.responses import JSONResponse

from trinity.errors import InvalidRequest
from trinity.server.openai_responses import missing_response

if TYPE_CHECKING:
    from fastapi import FastAPI

    from trinity.server.response_store import Item, ResponseStore, StoredResponse

RESPONSES_PATH = "/v1/responses"
DEFAULT_LIMIT = 20
MAX_LIMIT = 100


class StoredResponses:
    """What clients may do with the responses in a store.

    The framework calls these in worker threads, since pictures make long answers.
    """

    def __init__(self, store: ResponseStore) -> None:
        """Answer from `store`."""
        self._store = store

    def add_to(self, app: FastAPI) -> None:
        """Register the routes."""
        path = f"{RESPONSES_PATH}/{{response_id}}"
        app.add_api_route(path, self.retrieve, methods=["GET"])
        app.add_api_route(path, self.delete, methods=["DELETE"])
        app.add_api_route(f"{path}/input_items", self.input_items, methods=["GET"])

    def retrieve(self, request: Request, response_id: str) -> JSONResponse:
        """`GET /v1/responses/{id}`."""
        options = _options(request, {"stream"})
        if options.get("stream", "false").lower() != "false":
            raise InvalidRequest(
                "A response that was answered is not streamed again; leave `stream` out.",
                param="stream",
            )
        return JSONResponse(self._find(response_id).body())

    def delete(self, response_id: str) -> JSONResponse:
        """`DELETE /v1/responses/{id}`."""
        if not self._store.delete(response_id):
            raise _missing(response_id)
        return JSONResponse({"id": response_id, "object": "response", "deleted": True})

    def input_items(self, request: Request, response_id: str) -> JSONResponse:
        """`GET /v1/responses/{id}/input_items`: all that the response followed on."""
        options = _options(request, {"limit", "order", "after"})
        items = _ordered(self._find(response_id).input, options.get("order", "desc"))
        start = _start(items, options.get("after"))
        end = start + _limit(options.get("limit", str(DEFAULT_LIMIT)))
        shown = items[start:end]
        return JSONResponse(
            {
                "object": "list",
                "data": [item.body() for item in shown],
                "first_id": shown[0].id if shown else None,
                "last_id": shown[-1].id if shown else None,
                "has_more": end < len(items),
            }
        )

    def _find(self, response_id: str) -> StoredResponse:
        found = self._store.find(response_id)
        if found is None:
            raise _missing(response_id)
        return found


def _missing(response_id: str) -> Exception:
    return missing_response(response_id, "ask again for a new one")


def _options(request: Request, known: Collection[str]) -> dict[str, Any]:
    """The query's parameters. Raises `InvalidRequest` for others than the `known`."""
    for name in request.query_params:
        if name not in known:
            raise InvalidRequest(
                f"{name[:64]!r} is no parameter of this route, which takes "
                f"{', '.join(sorted(known))}; leave it out.",
                param=name[:64],
            )
    return dict(request.query_params)


def _ordered(items: tuple[Item, ...], order: str) -> tuple[Item, ...]:
    if order not in ("asc", "desc"):
        raise InvalidRequest(f"order is {order[:40]!r}; it must be asc or desc.", param="order")
    return items if order == "asc" else items[::-1]


def _limit(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= MAX_LIMIT:
        raise InvalidRequest(f"limit is {text[:40]!r}; it must be 1 to {MAX_LIMIT}.", param="limit")
    return int(text)


def _start(items: tuple[Item, ...], after: str | None) -> int:
    if after is None:
        return 0
    for index, item in enumerate(items, start=1):
        if item.id == after:
            return index
    raise InvalidRequest(
        f"after is {after[:80]!r}, which is no item of this response; give an id of the list.",
        param="after",
    )
