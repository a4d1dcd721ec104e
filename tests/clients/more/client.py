"""What the `openai` package for Python does, against the server that OPENAI_BASE_URL names."""

from openai import OpenAI, BadRequestError

client = OpenAI(max_retries=0)
off = {"enable_thinking": False}


def ask(text):
    return {"model": "silica/nano", "messages": [{"role": "user", "content": text}], "temperature": 0}


answer = client.chat.completions.create(**ask("What is the capital of France?"), extra_body=off)
assert "Paris" in answer.choices[0].message.content
assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens

reasoning, text = "", ""
for chunk in client.chat.completions.create(**ask("What is 17 + 25?"), stream=True, extra_body={"enable_thinking": True}):
    delta = chunk.choices[0].delta
    reasoning += getattr(delta, "reasoning_content", None) or ""
    text += delta.content or ""
assert reasoning and "42" in text

tide = {"name": "get_tide", "description": "Get the tide of a harbour"}
tide["parameters"] = {"type": "object", "properties": {"harbour": {"type": "string"}}, "required": ["harbour"]}
called = client.chat.completions.create(**ask("Get the tide of Dover."), tools=[{"type": "function", "function": tide}])
assert called.choices[0].message.tool_calls[0].function.name == "get_tide"

gone_on = client.completions.create(model="silica/nano", prompt="The capital of", max_tokens=4)
assert gone_on.object == "text_completion"

vectors = client.embeddings.create(model="test/embedder", input=["the sea", "a walk"])
assert [len(one.embedding) for one in vectors.data] == [64, 64]

try:
    client.chat.completions.create(**{**ask("Hi"), "temperature": 3})
except BadRequestError as refused:
    assert refused.param == "temperature"
else:
    raise AssertionError("it was not refused")
print("all well")
