"""The client of Anthropic against `trinity serve`: thinking, and a call that is required."""

from anthropic import Anthropic

client = Anthropic(base_url="http://127.0.0.1:8000", api_key="unused")
answer = client.messages.create(
    model="mini",
    max_tokens=300,
    thinking={"type": "enabled", "budget_tokens": 1024},
    messages=[{"role": "user", "content": "What is 387 + 654?"}],
)
for block in answer.content:
    print(block.thinking if block.type == "thinking" else block.text)

weather = {
    "name": "weather",
    "description": "The weather of a city.",
    "input_schema": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}
answer = client.messages.create(
    model="mini",
    max_tokens=300,
    messages=[{"role": "user", "content": "What is the weather in Oslo?"}],
    tools=[weather],
    tool_choice={"type": "any"},
)
print(*((block.name, block.input) for block in answer.content if block.type == "tool_use"))
