"""Choosing a function and writing its arguments; answering from results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from skills import arithmetic, chinese, facts, fallback, memory, smalltalk
from skills.extraction import spoken
from skills.functions import (Function, city, clock, composed, composed_sentence, date, declare, family, identifier, name, noun, phrase, split_words,
                              spoken_value)
from skills.pools import ADJECTIVES, COLOURS, DAYS
from skills.world import Json, Message, Sample, World, assistant, bucket, dumps, user

Call = dict[str, Json]


def plain(value: Json) -> str:
    """A value as prose writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return spoken([plain(item) for item in value]) if value else "empty"
    return value if isinstance(value, str) else dumps(value)


def thought_for(calls: list[Call], tools: list[Json]) -> str:
    """The functions, and each argument with its type and the user's words."""
    declared = {tool["function"]["name"]: tool["function"]["parameters"]["properties"] for tool in tools}
    lines = []
    for call in calls:
        lines.append(f"I call {call['name']}.")
        lines += [f"{key} ({declared[call['name']][key]['type']}): {plain(value)}" for key, value in call["arguments"].items()]
    return "\n".join(lines)


def request(w: World, function: Function) -> tuple[str, Call]:
    """A sentence that asks for the function, and the call it means."""
    is_family = len(function.asks) > 1
    if is_family:
        template = w.style(w.pick(function.asks))
        given = [p for p in function.parameters if "{" + p.name.lower() + "}" in template.lower()]
        if any("{" + p.name + "}" not in template for p in given) or any(p.required and p not in given for p in function.parameters):
            template = w.pick(function.asks)
            given = [p for p in function.parameters if "{" + p.name + "}" in template]
    else:
        given = [p for p in function.parameters if p.required or w.chance(0.6)]
        template = composed_sentence(w, function, given)
        if w.chance(0.15):
            template = template[0].lower() + template[1:]
    # Arguments come in the order of the sentence, so that writing them is one walk along it.
    given = sorted(given, key=lambda p: template.index("{" + p.name + "}"))
    arguments: dict[str, Json] = {}
    for parameter in given:
        value = parameter.make(w)
        arguments[parameter.name] = value
        template = template.replace("{" + parameter.name + "}", spoken_value(w, parameter, value))
    return template, {"name": function.name, "arguments": arguments}


def some_function(w: World) -> Function:
    return family(w) if w.chance(0.45) else composed(w)


def near(w: World, function: Function) -> Function:
    """A function close to another: its object with another action, or its action on another object."""
    while True:
        other = composed(w)
        action, about = function.asks[0].split(" ")[0], " ".join(function.asks[0].split(" ")[2:])
        if w.chance(0.5):
            action = other.asks[0].split(" ")[0]
        else:
            about = " ".join(other.asks[0].split(" ")[2:])
        spelled = identifier(w, [action, *about.split(" ")])
        if (bucket(spelled, 8) == 0) == w.held:
            return Function(spelled, f"{action.capitalize()} the {about}", other.parameters, [f"{action} the {about}"])


@dataclass
class Box:
    """Functions at hand, and their declarations as the prompt carries them."""

    functions: list[Function]
    tools: list[Json]


def toolbox(w: World, first: Function | None = None) -> Box:
    """Functions that are hard to confuse for a careful reader, and some that look alike."""
    chosen: list[Function] = [first or some_function(w)]
    count = w.pick([1, 1, 1, 2, 2, 2, 3, 3, 4, 6]) if w.chance(0.98) else w.number(7, 12)
    for _ in range(count - 1):
        composed_ones = [function for function in chosen if len(function.asks) == 1]
        other = near(w, w.pick(composed_ones)) if composed_ones and w.chance(0.4) else some_function(w)
        if not any(alike(other, function) for function in chosen) and not clash(other, chosen):
            chosen.append(other)
    w.rng.shuffle(chosen)
    return Box(chosen, [declare(w, function) for function in chosen])


def alike(left: Function, right: Function) -> bool:
    """Whether two functions look the same to somebody who asks for one."""
    def stem(function: Function) -> list[str]:
        return sorted(split_words(function.name).split(" "))

    return (left.name == right.name or left.description == right.description or left.asks[0] == right.asks[0] or stem(left) == stem(right))


SIMILAR = [{"add", "calculate", "multiply", "sum"}, {"time", "date", "today", "now"}, {"weather", "forecast"}, {"search", "news", "find", "look"},
           {"message", "email", "mail", "sms", "text"}, {"file", "files", "list"}, {"task", "event", "note", "todo", "meeting"}, {"timer", "alarm"},
           {"country", "capital"}, {"translate"}, {"user", "customer"}, {"order", "package", "book", "table", "cart", "food", "items", "shopping"},
           {"temperature", "thermostat", "weather", "heat"}, {"convert", "currency", "exchange"}, {"random", "dice"}, {"light", "lights"}]


def clash(other: Function, wanted: list[Function]) -> bool:
    """Whether two functions mean so much the same that the choice is a toss."""
    words = set(split_words(other.name).split(" ")) | set(other.description.lower().split(" "))
    for function in wanted:
        if len(function.asks) == 1 and len(other.asks) == 1:
            if function.asks[0].split(" ")[0] == other.asks[0].split(" ")[0] and function.asks[0].split(" ")[2:] == other.asks[0].split(" ")[2:]:
                return True
            continue
        mine = set(split_words(function.name).split(" ")) | set(function.description.lower().split(" "))
        if any(words & group and mine & group for group in SIMILAR):
            return True
    return False


def call_sample(messages: list[Message], calls: list[Call], tools: list[Json]) -> Sample:
    return Sample("tools", messages, "", thought_for(calls, tools), calls, tools, expect={"calls": calls})


def single(w: World, box: Box) -> Sample:
    sentence, call = request(w, w.pick(box.functions))
    return call_sample([user(sentence)], [call], box.tools)


def same_twice(w: World, box: Box) -> Sample | None:
    """One function for two values."""
    function = w.pick(box.functions)
    if len(function.asks) == 1 and len(function.parameters) != 1:
        return None
    asked, call = request(w, function)
    strings = [p for p in function.parameters if p.kind == "string" and not p.enum and p.name in call["arguments"]]
    if not strings:
        return None
    key = strings[0]
    first, second = w.several(lambda: key.make(w), 2)
    old = call["arguments"][key.name]
    if asked.count(str(old)) != 1 or " and " in old or " and " in str(first) + str(second):
        return None
    if f"\"{old}\"" in asked:
        both = f"{first}\" and \"{second}"
    else:
        both = f"{first} and in {second}" if f" in {old}" in asked and w.chance(0.2) else f"{first} and {second}"
    calls = [{"name": function.name, "arguments": {**call["arguments"], key.name: value}} for value in (first, second)]
    return call_sample([user(asked.replace(str(old), both))], calls, box.tools)


def two_wishes(w: World, box: Box) -> Sample | None:
    """Two functions in one message."""
    if len(box.functions) < 2:
        return None
    functions = w.some(box.functions, 2)
    (first_text, first_call), (second_text, second_call) = (request(w, function) for function in functions)
    if any("\"" in t for t in (first_text, second_text)) and w.chance(0.5):
        return None
    joint = w.pick([" And ", " Also ", " Then ", " ", " and ", " and also ", "\n"])
    head = first_text if first_text[-1] in ".?!" else first_text + ("" if "and" in joint else ".")
    if "and" in joint:
        head = head.rstrip(".?!")
    tail = second_text if joint in (" ", "\n") else second_text[0].lower() + second_text[1:]
    return call_sample([user(head + joint + tail)], [first_call, second_call], box.tools)


def twice(w: World, box: Box) -> Sample:
    """Two calls in one answer; in a box that offers none, one."""
    for _ in range(20):
        sample = same_twice(w, box) if w.chance(0.5) else two_wishes(w, box)
        if sample:
            sample.skill = "two calls"
            return sample
    return single(w, box)


def words_of(function: Function) -> set[str]:
    return set(split_words(function.name).split(" ") + function.description.lower().split(" "))


def no_fit(w: World, box: Box) -> Sample:
    """Tools are there, but the question needs none of them."""
    functions = [words_of(function) for function in box.functions]
    for _ in range(20):
        maker = w.pick([smalltalk.chat, smalltalk.chat, facts.opposite, facts.animal, facts.colour, facts.general, fallback.unknown, fallback.unknown,
                        arithmetic.comparison, smalltalk.joke, memory.remembered, facts.capital, chinese.chat, smalltalk.poem, fallback.noise])
        sample = maker(w)
        prompt = str(sample.messages[-1]["content"]).lower()
        if any(any(len(word) > 2 and word in prompt for word in words) or {"search", "country", "capital", "news", "recipe"} & words for words in functions):
            continue
        sample.tools, sample.skill = box.tools, "no tool fits"
        if sample.thought:
            sample.thought += "\nNo function is needed."
        return sample
    return single(w, box)


BARE = {"weather": "What's the weather?", "forecast": "Give me the forecast.", "email": "Send an email.", "timer": "Set a timer.", "alarm": "Set an alarm.",
        "message": "Send a message.", "stock": "What is the stock price?", "news": "What is the news?", "recipe": "Find a recipe.", "order": "Track my order.",
        "translate": "Translate something.", "file": "Read a file.", "flight": "Book a flight.", "volume": "Change the volume.", "note": "Make a note."}


def bare_wish(function: Function) -> str | None:
    """A sentence that leaves out all that the function needs."""
    if len(function.asks) == 1 or not any(p.required for p in function.parameters):
        return None
    return next((BARE[key] for key in BARE if key in function.description.lower() or key in function.name.lower()), None)


def missing(w: World, box: Box) -> Sample:
    """A required value was not said: ask for it."""
    options = [function for function in box.functions if bare_wish(function)]
    if not options:
        return single(w, box)
    function = w.pick(options)
    words = spoken([f"the {p.words}" for p in function.parameters if p.required])
    return Sample("no tool fits", [user(w.style(bare_wish(function) or ""))], f"Please tell me {words}.",
                  f"{function.name} needs {words}, which the user did not say.", tools=box.tools, expect={"contains": ["please tell me"]})


ERRORS = ["not found", "timeout", "permission denied", "unknown city", "service unavailable", "invalid id", "no connection", "limit reached",
          "out of stock", "access denied", "file not found", "internal error", "bad request"]
VALUE_MAKERS: list[tuple[list[str], Any]] = [
    (["temperature", "temp", "temperature_c", "feels_like", "high", "low"], lambda w: w.number(-20, 40) if w.chance(0.7) else w.number(-9, 39) + 0.5),
    (["humidity", "level", "percent", "battery", "progress"], lambda w: w.number(0, 100)),
    (["wind", "wind_speed", "speed", "distance", "distance_km", "duration"], lambda w: w.number(1, 900)),
    (["condition", "conditions", "weather", "description", "forecast"], lambda w: w.pick(["sunny", "cloudy", "rainy", "snow", "windy", "light rain", "clear sky", "fog", "storm"])),
    (["price", "amount", "total", "cost", "balance"], lambda w: w.number(1, 999) if w.chance(0.5) else float(f"{w.number(1, 999)}.{w.number(1, 9)}")),
    (["currency", "unit"], lambda w: w.pick(["USD", "EUR", "GBP", "kg", "km"])),
    (["name", "user", "owner", "author"], name), (["status", "state"], lambda w: w.pick(["ok", "open", "done", "shipped", "pending", "delivered", "active", "closed"])),
    (["id", "count", "number", "rank", "score"], lambda w: w.number(1, 9999)), (["city", "place", "location"], city), (["date", "day"], lambda w: date(w) if w.chance(0.6) else w.pick(DAYS)),
    (["time", "local_time", "start_time"], clock), (["title", "subject", "item"], phrase), (["success", "available", "paid", "sent"], lambda w: w.chance(0.7)),
    (["color", "colour"], lambda w: w.pick(COLOURS)), (["items", "tags", "results", "files"], lambda w: w.several(lambda: noun(w), w.number(1, 4))),
    (["result", "value", "answer"], lambda w: w.number(0, 9999) if w.chance(0.6) else w.invented()),
]


def result_object(w: World, function: Function) -> dict[str, Json]:
    """What a function might give back."""
    if "weather" in function.description.lower() and w.chance(0.75):
        pairs: list[tuple[str, Json]] = [(w.pick(["temperature", "temp"]), w.number(-20, 40))]
        if w.chance(0.7):
            pairs.append(("unit", w.pick(["celsius", "fahrenheit", "celsius"])))
        if w.chance(0.7):
            pairs.append((w.pick(["condition", "conditions", "description"]), w.pick(["sunny", "cloudy", "rainy", "light rain", "clear sky", "fog", "snow"])))
        if w.chance(0.3):
            pairs.append((w.pick(["humidity", "wind_speed", "wind"]), w.number(1, 99)))
        return dict(pairs)
    result: dict[str, Json] = {}
    for _ in range(w.pick([1, 1, 2, 2, 3, 3, 4])):
        keys, make = w.pick(VALUE_MAKERS)
        roll = w.rng.random()
        key = w.pick(keys) if roll < 0.7 else w.open(VALUES_KEYS) if roll < 0.85 else w.invented()
        result[key] = make(w)
    return result


VALUES_KEYS = [f"{adjective}_{word}" for adjective in ["max", "main", "last", "next", "best", "total", "new", "old"]
               for word in ["price", "score", "name", "city", "value", "level", "date", "speed", "user", "item"]]
PLACES = ("city", "location", "place", "town", "city_name", "cityName")


def sentence_of(result: dict[str, Json], arguments: dict[str, Json]) -> str:
    """The values of a result as one sentence."""
    place = next((arguments[key] for key in PLACES if isinstance(arguments.get(key), str)), None)
    parts = []
    for key, value in result.items():
        if key == "unit" and any(other in result for other in ("temperature", "temp")):
            continue
        if key in PLACES and value == place:
            continue
        words = "temperature" if key == "temp" else split_words(key)
        shown = plain(value)
        if words == "temperature" and "unit" in result:
            shown += f" degrees {plain(result['unit'])}"
        parts.append(f"the {words} is {shown}")
    if place is not None:
        return f"In {place}, {spoken(parts)}."
    joined = spoken(parts)
    return joined[0].upper() + joined[1:] + "."


def outcome(w: World, function: Function, call: Call) -> tuple[str, str, list[str]]:
    """A tool message, the answer to it, and the words the answer must carry."""
    roll = w.rng.random()
    if roll < 0.13:
        error = w.pick(ERRORS) if w.chance(0.6) else f"{w.invented()} {w.pick(ERRORS)}"
        content = w.pick([dumps({"error": error}), f"Error: {error}", dumps({"error": error}), dumps({"status": "error", "message": error})])
        return content, f"The function {call['name']} failed: {error}.", ["failed", error]
    if roll < 0.28:
        body = w.pick([f"The {noun(w)} is {w.pick(ADJECTIVES)}.", f"{name(w)} is in {city(w)}.", f"{w.number(1, 9999)}", f"{w.invented()} {w.number(1, 99)}", f"{city(w)}: {w.number(-9, 39)} degrees",
                       f"The {phrase(w)} costs {w.number(1, 99)} euros.", "done", "ok", f"{phrase(w)}", clock(w), date(w)])
        if body in ("done", "ok"):
            return body, "Done.", ["done"]
        return body, body if body.endswith(".") else f"The result is {body}.", [body]
    if roll < 0.33:
        return w.pick([dumps({"success": True}), dumps({"ok": True}), dumps({"status": "ok"}), dumps({"status": "success"}), dumps({"result": "ok"})]), "Done.", ["done"]
    result = result_object(w, function)
    arguments = call["arguments"]
    if w.chance(0.25):
        keys = [key for key in PLACES if key in arguments]
        if keys:
            result = {keys[0]: arguments[keys[0]], **result}
    if all(key in PLACES or key == "unit" for key in result):
        return outcome(w, function, call)
    answer = sentence_of(result, arguments)
    marks = [plain(value) for key, value in result.items()]
    return dumps(result), answer, marks


def tool_call_message(calls: list[Call], thought: str) -> Message:
    message: Message = {"role": "assistant", "content": "", "tool_calls": [
        {"id": f"call_{i}", "type": "function", "function": {"name": call["name"], "arguments": call["arguments"]}} for i, call in enumerate(calls)]}
    if thought:
        message["reasoning_content"] = thought
    return message


def answered(w: World, base: Sample) -> tuple[list[Message], str, list[str]]:
    """The conversation of `base` with its calls made and answered."""
    functions = {tool["function"]["name"]: tool["function"] for tool in base.tools}
    messages = base.messages + [tool_call_message(base.calls, base.thought if base.thinking and w.chance(0.5) else "")]
    answers, marks = [], []
    for index, call in enumerate(base.calls):
        function = Function(call["name"], functions[call["name"]].get("description", ""), [], [])
        content, answer, words = outcome(w, function, call)
        messages.append({"role": "tool", "tool_call_id": f"call_{index}", "content": content})
        answers.append(answer)
        marks += words
    return messages, " ".join(answers), marks


def from_result(w: World, box: Box) -> Sample:
    base = twice(w, box) if w.chance(0.22) else single(w, box)
    base.thinking = w.chance(0.5)
    messages, answer, marks = answered(w, base)
    if len(base.calls) == 2 and len(set(answer.split(". "))) == 1:
        answer = "Done."
    count = "two results" if len(base.calls) == 2 else "the result"
    return Sample("results", messages, answer, f"I have {count}. I tell the user.", tools=base.tools, expect={"contains": marks}, thinking=base.thinking)


def follow_up(w: World, box: Box) -> Sample:
    """After a finished call: a new value for the same function, or a new wish."""
    base = single(w, box)
    base.thinking = False
    messages, answer, _ = answered(w, base)
    messages.append(assistant(answer))
    call = base.calls[0]
    declared = next(tool["function"] for tool in base.tools if tool["function"]["name"] == call["name"])
    plain_strings = [key for key, value in call["arguments"].items()
                     if isinstance(value, str) and "enum" not in declared["parameters"]["properties"][key]]
    if len(call["arguments"]) == 1 and plain_strings:
        key = plain_strings[0]
        value = city(w) if key in PLACES else w.pick([name, noun, city])(w)
        asked = w.say(["And {v}?", "And what about {v}?", "What about {v}?", "Now {v}.", "And in {v}?" if key in PLACES else "And for {v}?", "The same for {v}."], v=value)
        return call_sample(messages + [user(asked)], [{"name": call["name"], "arguments": {key: value}}], base.tools)
    sample = no_fit(w, box) if w.chance(0.4) else single(w, box)
    sample.messages = messages + sample.messages
    return sample


def after_talk(w: World, box: Box) -> Sample:
    """A call after unrelated turns."""
    sample = single(w, box)
    sample.messages = w.pick([memory.between, memory.between, lambda w: memory.between(w) + memory.between(w)])(w) + sample.messages
    return sample


SHARES = [(single, 12), (twice, 4), (no_fit, 3), (missing, 1.5), (from_result, 5), (follow_up, 1.5), (after_talk, 1)]


def fresh(w: World) -> Box:
    while True:
        first = some_function(w)
        if bare_wish(first) or not w.chance(0.15):  # rare otherwise, and `missing` needs them
            return toolbox(w, first)


def group(w: World) -> list[Sample]:
    """Several conversations with the same functions, which training reads only once."""
    box = fresh(w)
    makers = w.rng.choices([maker for maker, _ in SHARES], [weight for _, weight in SHARES], k=w.number(3, 6))
    return [maker(w, box) for maker in makers]


MAKERS = [((lambda w, maker=maker: maker(w, fresh(w))), weight) for maker, weight in SHARES]
