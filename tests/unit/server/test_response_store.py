import threading
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from trinity.server.response_store import OVERHEAD_BYTES, Item, ResponseStore

ROOM = 1_000_000


def item(name: str, text: str = "") -> Item:
    return Item.of({"id": name, "text": text})


def body(name: str, *output: str) -> dict[str, Any]:
    return {"id": name, "output": [{"id": one, "text": "said"} for one in output]}


def store_of(max_responses: int = 10, max_bytes: int = ROOM) -> ResponseStore:
    return ResponseStore(max_responses=max_responses, max_bytes=max_bytes)


def fill(store: ResponseStore, name: str, *items: Item, output: tuple[str, ...] = ()) -> None:
    store.open(name, items)
    assert store.fill(name, body(name, *output))


def test_a_filled_response_is_found_as_it_was_answered() -> None:
    store = store_of()
    fill(store, "r", item("a"), output=("b",))
    found = store.find("r")
    assert found is not None
    assert found.body() == body("r", "b")
    assert [one.body()["id"] for one in found.conversation] == ["a", "b"]
    found.body()["output"].clear()
    assert found.body() == body("r", "b")


def test_a_response_that_is_being_answered_is_held_and_not_found() -> None:
    store = store_of()
    store.open("r", [item("a")])
    assert store.find("r") is None
    assert not store.delete("r")
    assert store.item("a") == item("a")
    store.close("r")
    assert store.item("a") is None
    assert store.num_bytes == 0


def test_closing_forgets_nothing_that_was_filled() -> None:
    store = store_of()
    fill(store, "r")
    store.close("r")
    store.close("other")
    assert store.find("r")


def test_the_oldest_makes_room() -> None:
    store = store_of(max_responses=2)
    for name in ("1", "2", "3"):
        fill(store, name, item(f"in {name}"))
    assert [bool(store.find(name)) for name in ("1", "2", "3")] == [False, True, True]
    assert store.item("in 1") is None
    assert store.item("in 2") == item("in 2")


def test_what_lost_its_place_before_it_was_filled_is_not_kept() -> None:
    store = store_of(max_responses=1)
    store.open("1", [item("a")])
    fill(store, "2")
    assert not store.fill("1", body("1"))
    assert store.find("1") is None
    assert store.find("2")


def test_filling_does_not_make_a_response_younger() -> None:
    store = store_of(max_responses=2)
    store.open("1", [])
    fill(store, "2")
    store.fill("1", body("1"))
    fill(store, "3")
    assert [bool(store.find(name)) for name in ("1", "2", "3")] == [False, True, True]


def test_bytes_are_bounded_and_shared_items_counted_once() -> None:
    big = item("big", "x" * 100_000)
    store = store_of(max_bytes=150_000)
    fill(store, "1", big)
    alone = store.num_bytes
    assert alone > 100_000
    fill(store, "2", big, item("more"))
    assert store.find("1")
    assert store.find("2")
    assert alone < store.num_bytes < alone + 10_000
    fill(store, "3", item("other", "y" * 100_000))
    assert [bool(store.find(name)) for name in ("1", "2", "3")] == [False, False, True]
    assert store.num_bytes <= 150_000


def test_a_deleted_response_leaves_what_others_need() -> None:
    store = store_of()
    fill(store, "1", item("a"), output=("b",))
    first = store.find("1")
    assert first is not None
    fill(store, "2", *first.conversation, item("c"))
    assert store.delete("1")
    assert not store.delete("1")
    assert store.item("b") is not None
    second = store.find("2")
    assert second is not None
    assert [one.id for one in second.input] == ["a", "b", "c"]
    store.delete("2")
    assert store.num_bytes == 0


def test_what_can_never_be_held_is_known_before() -> None:
    store = store_of(max_bytes=10_000)
    assert store.takes([item("a", "x" * 5_000)])
    assert store.takes([item("a", "x" * 5_000)] * 2)  # it is the same one
    assert not store.takes([item("a", "x" * 10_000)])
    assert not store_of(max_responses=0).takes([])


def test_a_response_whose_output_outgrows_the_store_is_not_kept() -> None:
    store = store_of(max_bytes=5 * OVERHEAD_BYTES)
    store.open("1", [item("a")])
    assert not store.fill("1", body("1", *map(str, range(10))))
    assert store.find("1") is None
    assert store.num_bytes == 0


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["open", "fill", "close", "delete", "go on"]),
        st.integers(0, 5),
        st.integers(0, 3000),
    ),
    max_size=40,
)


@given(ACTIONS)
def test_whatever_happens_the_books_balance(actions: list[tuple[str, int, int]]) -> None:
    store = store_of(max_responses=3, max_bytes=20_000)
    for number, (action, name, size) in enumerate(actions):
        response_id = f"r{name}"
        match action:
            case "open":
                store.open(response_id, [item(f"i{number}", "x" * size)])
            case "go on":
                found = store.find(f"r{size % 6}")
                store.open(response_id, found.conversation if found else [])
            case "fill":
                store.fill(response_id, body(response_id, f"o{number}"))
            case "close":
                store.close(response_id)
            case "delete":
                found = store.find(response_id)
                assert store.delete(response_id) == (found is not None)
        assert store.num_bytes <= 20_000
    for name in range(6):
        store.close(f"r{name}")
        store.delete(f"r{name}")
    assert store.num_bytes == 0
    assert all(store.item(f"{kind}{number}") is None for kind in "io" for number in range(40))


def test_threads_do_not_lose_count() -> None:
    store = store_of(max_responses=3)
    shared = item("shared", "x" * 1000)

    def work(number: int) -> None:
        for turn in range(200):
            name = f"{number}.{turn % 2}"
            store.open(name, [shared])
            store.fill(name, body(name, f"{name} said"))
            store.delete(name)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.num_bytes == 0
    assert store.item("shared") is None
