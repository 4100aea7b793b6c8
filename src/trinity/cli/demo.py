"""`trinity demo`: the model answers fresh exercises of every kind before your eyes."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trinity.cli.loading import open_llm
from trinity.cli.options import JsonOption, ModelOption
from trinity.cli.reply import experts_in_words
from trinity.cli.terminal import AnswerView, printable, say, stdout
from trinity.errors import TrinityError

if TYPE_CHECKING:
    from rich.console import Console

    from trinity.cli.quiz import Outcome
    from trinity.engine.llm import LLM
    from trinity.train.items import Item


def demo(
    seed: Annotated[int, typer.Option("--seed", help="Another seed asks other questions.")] = 1,
    per_domain: Annotated[
        int, typer.Option("--per-domain", min=1, max=100, help="Questions of each kind.")
    ] = 3,
    model: ModelOption = "mini",
    as_json: JsonOption = False,
) -> None:
    """Watch the model answer fresh questions.

    The questions are of reasoning, vision and code, made up on the spot and never trained on. Each
    is asked at effort high, which counts, and at none, to compare. Succeeds when every question was
    answered and two thirds of the answers at high are right.
    """
    from trinity.cli import quiz
    from trinity.model.checkpoint import read_manifest, resolve_directory

    trained = read_manifest(resolve_directory(model)).exercises
    items = quiz.draw_items(per_domain, seed, trained)
    llm, _ = open_llm(model)
    if as_json:
        outcomes = _ask_silently(llm, items, seed)
        print(json.dumps(_record(outcomes, llm.model_name, seed), indent=2))
    else:
        console = stdout()
        outcomes = []
        for number, item in enumerate(items, 1):
            _show_question(item, f"{number} of {len(items)}", console)
            outcomes += _ask_and_show(llm, item, seed, console)
        _show_summary(outcomes, console)
    problem = quiz.shortfall(outcomes)
    if problem:
        raise TrinityError(problem)


def _ask_silently(llm: LLM, items: list[Item], seed: int) -> list[Outcome]:
    from trinity.cli import quiz

    return [
        quiz.ask_item(llm, item, effort, seed, lambda _phase, _text: None)
        for item in items
        for effort in (quiz.FULL_EFFORT, quiz.LOWER_EFFORT)
    ]


def _record(outcomes: list[Outcome], model: str, seed: int) -> dict[str, Any]:
    from trinity.cli import quiz

    full = [outcome for outcome in outcomes if outcome.effort == quiz.FULL_EFFORT]
    return {
        "model": model,
        "seed": seed,
        "items": [
            {
                "domain": outcome.item.domain,
                "family": outcome.item.family,
                "level": outcome.item.level,
                "question": outcome.item.question,
                "expected": outcome.item.answer,
                "answers": [o.record() for o in outcomes if o.item is outcome.item],
            }
            for outcome in full
        ],
        "scores": [asdict(score) for score in quiz.scores(outcomes)],
        "right": sum(outcome.correct for outcome in full),
        "asked": len(full),
        "passed": quiz.shortfall(outcomes) is None,
    }


def _show_question(item: Item, place: str, console: Console) -> None:
    from trinity.cli.pictures import picture_text

    console.print()
    console.rule(f"{place} · {item.domain} · {item.family.replace('_', ' ')}", style="dim")
    for image in item.images:
        console.print(picture_text(image, console), end="")
    say(console, item.question, "bold")
    console.print()


def _ask_and_show(llm: LLM, item: Item, seed: int, console: Console) -> list[Outcome]:
    from trinity.cli import quiz

    view = AnswerView(console, "shown")
    try:
        full = quiz.ask_item(llm, item, quiz.FULL_EFFORT, seed, view)
    finally:
        view.close()
    _show_verdict(full, console)
    lower = quiz.ask_item(llm, item, quiz.LOWER_EFFORT, seed, lambda _phase, _text: None)
    say(console, f"\nAt effort {lower.effort}: {_brief(lower.text)}", "dim")
    _show_verdict(lower, console)
    return [full, lower]


def _show_verdict(outcome: Outcome, console: Console) -> None:
    if outcome.error:
        say(console, f"✗ no answer: {outcome.error}", "red")
        return
    mark, style = ("✓ right", "green") if outcome.correct else ("✗ wrong", "red")
    console.print(mark, style=style, end="")
    console.print(
        f" · {outcome.effort} · {outcome.tokens} tokens · {outcome.seconds:.1f} s · "
        f"{experts_in_words(outcome.active_experts)}",
        style="dim",
    )
    if not outcome.correct and outcome.effort != "none":
        say(console, f"expected: {outcome.item.answer}", "yellow")


def _brief(text: str) -> str:
    line = " ⏎ ".join(printable(text).strip().splitlines())
    return line if len(line) <= 200 else line[:199] + "…"


def _show_summary(outcomes: list[Outcome], console: Console) -> None:
    from rich.table import Table

    from trinity.cli import quiz

    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("questions")
    table.add_column("effort")
    for heading in ("right", "tokens", "seconds"):
        table.add_column(heading, justify="right")
    for score in quiz.scores(outcomes):
        table.add_row(
            score.domain,
            score.effort,
            f"{score.right} of {score.asked}",
            f"{score.mean_tokens:.0f}",
            f"{score.mean_seconds:.1f}",
        )
    console.print()
    console.rule("summary: means per question", style="dim")
    console.print(table)
    for effort in (quiz.FULL_EFFORT, quiz.LOWER_EFFORT):
        judged = [outcome.correct for outcome in outcomes if outcome.effort == effort]
        right = sum(judged)
        console.print(f"In all at {effort}: {right} right, {len(judged) - right} wrong.")
