import json
from collections.abc import Callable
from typing import Any

import pytest

from trinity.cli import quiz
from trinity.model.checkpoint import read_manifest, resolve_directory
from trinity.train.items import Item, Split, split_of
from trinity.train.verify import is_correct
from trinity.types import ChatRequest

Run = Callable[..., Any]


def trained() -> tuple[str, ...]:
    return read_manifest(resolve_directory("mini")).exercises


def solver(right: Callable[[Item], bool], seed: int = 1) -> Callable[[ChatRequest], str]:
    """Answers the demo's own questions: correctly where `right` says so, at effort none never."""
    items = {item.question: item for item in quiz.draw_items(3, seed, trained())}

    def answer(request: ChatRequest) -> str:
        item = items[request.messages[-1].text]
        good = request.intensity.reasoning_effort == "high" and right(item)
        return item.answer if good else "no idea"

    return answer


def test_items_are_easy_unseen_and_a_function_of_the_seed() -> None:
    items = quiz.draw_items(3, 1)
    assert [item.domain for item in items] == ["reasoning"] * 3 + ["vision"] * 3 + ["code"] * 3
    assert len({item.family for item in items}) == 9
    assert all(split_of(item.family, item.key) is Split.TEST for item in items)
    assert all(item.level <= 2 for item in items)
    assert all(is_correct(item, item.answer) for item in items)
    assert items == quiz.draw_items(3, 1)
    assert items != quiz.draw_items(3, 2)


def test_questions_are_of_what_the_model_was_trained_on() -> None:
    items = quiz.draw_items(3, 1, ("add", "arrow", "write_loops"))
    assert {item.family for item in items} == {"add", "arrow", "write_loops"}
    assert len(items) == 9


def test_more_questions_than_families_is_no_trouble() -> None:
    assert len(quiz.draw_items(25, 0)) == 75


def test_all_right_succeeds_and_shows_everything(trinity: Run, llm: Any) -> None:
    llm.answers = solver(lambda _: True)
    result = trinity("demo")
    assert (result.code, result.err) == (0, "")
    for item in quiz.draw_items(3, 1, trained()):
        assert item.question.split("\n")[0] in result.out
    assert result.out.count("✓ right") == 9
    assert result.out.count("✗ wrong") == 9
    assert "In all at high: 9 right, 0 wrong." in result.out
    assert "In all at none: 0 right, 9 wrong." in result.out
    assert "4 experts a token" in result.out


def test_too_few_right_fails_with_the_expected_answers(trinity: Run, llm: Any) -> None:
    llm.answers = solver(lambda item: item.domain == "code")
    result = trinity("demo")
    assert result.code == 1
    assert result.err == (
        "trinity: Only 3 of 9 answers were right at effort high; at least 6 should be.\n"
    )
    for item in quiz.draw_items(3, 1, trained())[:6]:
        assert f"expected: {item.answer}" in result.out


@pytest.mark.parametrize(("wrong", "code"), [(3, 0), (4, 1)])
def test_two_thirds_are_enough(wrong: int, code: int, trinity: Run, llm: Any) -> None:
    bad = [item.key for item in quiz.draw_items(3, 1, trained())[:wrong]]
    llm.answers = solver(lambda item: item.key not in bad)
    assert trinity("demo", "--json").code == code


def test_json_tells_the_same(trinity: Run, llm: Any) -> None:
    llm.answers = solver(lambda _: True, seed=5)
    result = trinity("demo", "--json", "--seed", "5")
    record = json.loads(result.out)
    assert result.code == 0
    assert (record["right"], record["asked"], record["passed"]) == (9, 9, True)
    assert [item["domain"] for item in record["items"]][::3] == ["reasoning", "vision", "code"]
    assert [answer["effort"] for answer in record["items"][0]["answers"]] == ["high", "none"]
    assert [answer["correct"] for answer in record["items"][0]["answers"]] == [True, False]
    assert len(record["scores"]) == 6


def test_a_pipeline_without_an_answer_fails_the_demo(trinity: Run, llm: Any) -> None:
    llm.failure = "no eyes"
    result = trinity("demo", "--per-domain", "1")
    assert result.code == 1
    assert "no answer: The engine could not answer: no eyes" in result.out
    assert "no answer to a question of code and reasoning and vision" in result.err
