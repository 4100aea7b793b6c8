"""The shortest useful program: one question, at two efforts."""

from trinity import LLM
from trinity.types import ChatRequest, IntensityRequest, Message

llm = LLM.load("mini")
for effort in ("none", "high"):
    [answer], _ = llm.ask(
        ChatRequest(
            messages=(Message.user("What is 387 + 654?"),),
            intensity=IntensityRequest(reasoning_effort=effort),
        )
    )
    print(f"{effort}: {answer.text} ({answer.usage.reasoning_tokens} tokens of thought)")
