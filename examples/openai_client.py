"""The official client against `trinity serve`: streams an answer with its reasoning."""

from openai import OpenAI

client = OpenAI(base_url="http://127.0.0.1:8000/v1", api_key="unused")
stream = client.chat.completions.create(
    model="mini",
    messages=[{"role": "user", "content": "What is 387 + 654?"}],
    reasoning_effort="high",
    stream=True,
)
for chunk in stream:
    delta = chunk.choices[0].delta
    print(getattr(delta, "reasoning", None) or delta.content or "", end="", flush=True)
print()
