from tests.unit.engine.fakes import a_request, engine_config
from trinity.engine.blocks import BlockPool
from trinity.engine.scheduler import Allowance, Schedule, Scheduler
from trinity.engine.sequence import Sequence
from trinity.types import Mode

SIZE = 4


class Bench:
    """A scheduler, and a model that does what it says."""

    def __init__(self, num_blocks: int = 32, **settings: object) -> None:
        config = engine_config(block_size=SIZE, **({"max_step_tokens": 16} | settings))
        self.pool = BlockPool(num_blocks)
        self.scheduler = Scheduler(self.pool, config)
        self.arrivals = 0

    def add(self, prompt: str, mode: str = "balanced") -> Sequence:
        sequence = Sequence(a_request(prompt=prompt), 0, self.arrivals, (4, 4), Mode(mode))
        self.arrivals += 1
        self.scheduler.add(sequence)
        return sequence

    def step(self, allowance: Allowance | None = None) -> Schedule:
        schedule = self.scheduler.schedule(allowance)
        for sequence, num_tokens in schedule.items():
            sequence.advance(num_tokens)
            self.scheduler.cache_full_blocks(sequence)
            if not sequence.num_pending:
                sequence.append(1000 + sequence.num_generated)
        self.pool.check_integrity([s.blocks for s in self.scheduler.running])
        return schedule


def test_decoded_tokens_come_first_and_prompts_fill_the_budget() -> None:
    bench = Bench()
    one = bench.add("a" * 5)
    assert bench.step() == {one: 5}
    two, three = bench.add("b" * 30), bench.add("c" * 6)
    assert bench.step() == {one: 1, two: 15}
    assert bench.step() == {one: 1, two: 15}
    assert bench.step() == {one: 1, two: 1, three: 6}


def test_a_resumed_prompt_goes_before_a_new_one() -> None:
    bench = Bench()
    one, two = bench.add("a" * 20), bench.add("b" * 3)
    assert bench.step() == {one: 16}
    assert bench.step() == {one: 4, two: 3}


def test_admission_waits_for_blocks_and_places() -> None:
    bench = Bench(num_blocks=4, max_sequences=2)
    one, two, three = bench.add("a" * 8), bench.add("b" * 5), bench.add("c")
    # The second would fit, but the first may need a block soon: it waits, and the third with it.
    assert bench.step() == {one: 8}
    assert bench.scheduler.waiting == [two, three]
    bench.scheduler.end(one)
    assert bench.step() == {two: 5, three: 1}


def test_the_youngest_of_the_lowest_class_gives_up_its_blocks() -> None:
    bench = Bench(num_blocks=6, max_step_tokens=32)
    one = bench.add("a" * 7)
    two = bench.add("b" * 7)
    bench.step()
    three = bench.add("c", mode="latency")
    while bench.scheduler.num_preemptions == 0:
        bench.step()
    assert bench.scheduler.running == [three, one]
    assert bench.scheduler.waiting == [two]
    assert two.num_generated > 0
    assert two.blocks == []


def test_a_preempted_sequence_resumes_on_what_the_cache_kept() -> None:
    bench = Bench(num_blocks=6, max_step_tokens=32)
    one, two = bench.add("a" * 7), bench.add("b" * 7)
    while not bench.scheduler.num_preemptions:
        bench.step()
    assert two.num_tokens == 13
    bench.scheduler.end(one)
    # The last of its three full blocks is what the first sequence got.
    assert bench.step() == {two: 13 - 2 * SIZE}


def test_latency_requests_are_admitted_before_others() -> None:
    bench = Bench(max_sequences=1)
    bench.add("first")
    quick = bench.add("quick", mode="latency")
    assert list(bench.step()) == [quick]


def test_a_latency_request_takes_the_place_of_a_lower_class_only() -> None:
    bench = Bench(max_sequences=2)
    one, two = bench.add("one"), bench.add("two", mode="throughput")
    bench.step()
    quick = bench.add("quick", mode="latency")
    assert bench.step() == {one: 1, quick: 5}
    assert bench.scheduler.waiting == [two]
    quicker, last = bench.add("quicker", mode="latency"), bench.add("last", mode="latency")
    bench.step()
    assert bench.scheduler.running == [quick, quicker]
    assert bench.scheduler.waiting == [last, one, two]


def test_equal_prompts_share_blocks_but_compute_the_last_token() -> None:
    bench = Bench()
    bench.add("a" * 8)
    bench.step()
    twin = bench.add("a" * 8)
    assert bench.step()[twin] == 4
    assert twin.num_cached == 4
    longer = bench.add("a" * 9)
    assert bench.step()[longer] == 1


def test_without_the_prefix_cache_nothing_is_shared() -> None:
    bench = Bench(prefix_cache=False)
    bench.add("a" * 8)
    bench.step()
    twin = bench.add("a" * 8)
    assert bench.step()[twin] == 8
    assert bench.pool.num_cached == 0


def test_admission_does_not_evict_what_it_is_about_to_share() -> None:
    bench = Bench(num_blocks=4, max_step_tokens=32)
    bench.scheduler.add(first := Sequence(a_request(prompt="a" * 12), 0, 0, (4, 4)))
    bench.step()
    bench.scheduler.end(first)
    longer = bench.add("a" * 12 + "b" * 4)
    assert bench.step() == {longer: 4}
    assert longer.num_cached == 12


def test_ending_twice_or_while_waiting_leaves_no_trace() -> None:
    bench = Bench()
    one, two = bench.add("one"), bench.add("two")
    bench.scheduler.end(two)
    bench.step()
    bench.scheduler.end(one)
    assert bench.step() == {}
    assert bench.pool.num_available == 32


def test_preempting_all_makes_all_compute_anew() -> None:
    bench = Bench()
    one, two = bench.add("one"), bench.add("two")
    bench.step()
    bench.scheduler.preempt_all()
    bench.pool.clear_cache()
    assert bench.step() == {one: 4, two: 4}


def test_others_keep_to_their_allowance_and_latency_does_not() -> None:
    bench = Bench(max_step_tokens=40)
    fast = [bench.add("a" * 3, "latency"), bench.add("b" * 3, "latency")]
    others = [bench.add("c" * 3), bench.add("d" * 3), bench.add("e" * 3, "throughput")]
    bench.step()
    late, long = bench.add("f" * 12, "latency"), bench.add("g" * 12)
    allowance = Allowance(decoded=2, prompt=5)
    assert bench.step(allowance) == {
        **dict.fromkeys([*fast, *others[:2]], 1),
        late: 12,
        long: 5,
    }
    assert bench.step(allowance) == {**dict.fromkeys([*fast, late, *others[:2]], 1), long: 5}
    assert bench.step() == {**dict.fromkeys([*fast, late, *others], 1), long: 2}


def test_what_is_held_back_goes_on_when_others_are_done() -> None:
    bench = Bench()
    others = [bench.add("a" * 2), bench.add("b" * 2), bench.add("c" * 2)]
    bench.step()
    for _ in range(3):
        assert bench.step(Allowance(1, 1)) == {others[0]: 1}
    bench.scheduler.end(others[0])
    assert bench.step(Allowance(1, 1)) == {others[1]: 1}


def test_who_begins_alike_waits_for_what_another_computes() -> None:
    bench = Bench(max_step_tokens=12)
    shared = "s" * 16
    one, two = bench.add(shared + "a" * 5), bench.add(shared + "b" * 3)
    assert bench.step() == {one: 12}
    assert bench.scheduler.waiting == [two]
    # The last shared block is being computed; then only what differs is left.
    assert bench.step() == {one: 9}
    assert bench.step() == {one: 1, two: 3}
    assert two.num_cached == 16


def test_one_who_begins_otherwise_is_not_held_up_by_one_who_waits() -> None:
    bench = Bench()
    one, two, other = bench.add("s" * 9), bench.add("s" * 9), bench.add("b" * 5)
    assert bench.step() == {one: 9, other: 5}
    assert bench.step() == {one: 1, other: 1, two: 1}


def test_nobody_waits_for_the_less_urgent_or_without_the_cache() -> None:
    bench = Bench(max_step_tokens=32)
    slow = bench.add("s" * 40, mode="throughput")
    bench.step(Allowance(1, 4))
    urgent = bench.add("s" * 40, mode="latency")
    assert bench.step(Allowance(1, 4)) == {slow: 4, urgent: 28}
    plain = Bench(prefix_cache=False)
    one, two = plain.add("s" * 8), plain.add("s" * 8)
    assert plain.step() == {one: 8, two: 8}


def test_a_wait_ends_when_the_other_does() -> None:
    bench = Bench(max_step_tokens=4)
    one, two = bench.add("s" * 12), bench.add("s" * 12)
    assert bench.step() == {one: 4}
    bench.scheduler.end(one)
    assert bench.step() == {two: 4}
    assert two.num_cached == 4
