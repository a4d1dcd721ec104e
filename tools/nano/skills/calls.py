"""Choosing a function and writing its arguments; answering from results."""

from __future__ import annotations

from typing import Any

from skills import arithmetic, chinese, facts, fallback, memory, smalltalk
from skills.extraction import spoken
from skills.functions import (Function, city, clock, composed, composed_sentence, date, declare, family, name, noun, phrase, split_words,
                              spoken_value)
from skills.pools import ADJECTIVES, COLOURS, DAYS
from skills.world import Json, Message, Sample, World, assistant, dumps, user

Call = dict[str, Json]


def plain(value: Json) -> str:
    """A value as prose writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return spoken([plain(item) for item in value]) if value else "empty"
    return value if isinstance(value, str) else dumps(value)


def described(call: Call) -> str:
    pairs = [f"{key} {plain(value)}" for key, value in call["arguments"].items()]
    return call["name"] + (" with " + spoken(pairs) if pairs else "")


def thought_for(calls: list[Call]) -> str:
    if len(calls) == 1:
        return f"I call {described(calls[0])}."
    return f"I need {len(calls)} calls: " + "; ".join(described(call) for call in calls) + "."


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
    arguments: dict[str, Json] = {}
    for parameter in given:
        value = parameter.make(w)
        arguments[parameter.name] = value
        template = template.replace("{" + parameter.name + "}", spoken_value(w, parameter, value))
    ordered = {p.name: arguments[p.name] for p in function.parameters if p.name in arguments}
    return template, {"name": function.name, "arguments": ordered}


def some_function(w: World) -> Function:
    return family(w) if w.chance(0.45) else composed(w)


def near(w: World, function: Function) -> Function:
    """A distractor close to the function: another action or another object."""
    other = composed(w)
    action = function.asks[0].split(" ")[0]
    if w.chance(0.5):
        about = " ".join(function.asks[0].split(" ")[2:])
        verb = other.asks[0].split(" ")[0]
        return Function(f"{verb}_{about.replace(' ', '_')}", f"{verb.capitalize()} the {about}", other.parameters, [f"{verb} the {about}"])
    about = " ".join(other.asks[0].split(" ")[2:])
    return Function(f"{action}_{about.replace(' ', '_')}", f"{action.capitalize()} the {about}", other.parameters, [f"{action} the {about}"])


def toolbox(w: World, wanted: list[Function], most: int = 5) -> list[Json]:
    """The wanted functions among distractors, in any order."""
    chosen = list(wanted)
    extra = w.pick([0, 0, 0, 1, 1, 1, 2, 2, 3, most]) if w.chance(0.98) else w.number(6, 11)
    names = {function.name for function in chosen}
    meanings = {function.description for function in chosen}
    openings = {function.asks[0] for function in chosen}
    stems = {tuple(sorted(split_words(function.name).split(" "))) for function in chosen}
    for _ in range(extra):
        composed_wanted = [function for function in wanted if len(function.asks) == 1]
        other = near(w, w.pick(composed_wanted)) if composed_wanted and w.chance(0.35) else some_function(w)
        stem = tuple(sorted(split_words(other.name).split(" ")))
        if other.name in names or other.description in meanings or stem in stems or clash(other, wanted) or other.asks[0] in openings:
            continue
        names.add(other.name)
        chosen.append(other)
    w.rng.shuffle(chosen)
    return [declare(w, function) for function in chosen]


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


def call_sample(messages: list[Message], calls: list[Call], tools: list[Json], thought: str = "") -> Sample:
    return Sample("tools", messages, "", thought or thought_for(calls), calls, tools, expect={"calls": calls})


def single(w: World) -> Sample:
    function = some_function(w)
    sentence, call = request(w, function)
    return call_sample([user(sentence)], [call], toolbox(w, [function]))


def twice(w: World) -> Sample:
    """The same function for two values, or two functions in one sentence."""
    if w.chance(0.5):
        for _ in range(200):
            function = family(w) if w.chance(0.6) else composed(w)
            if len(function.asks) == 1 and len(function.parameters) != 1:
                continue
            asked, call = request(w, function)
            strings = [p for p in function.parameters if p.kind == "string" and not p.enum and p.name in call["arguments"]]
            if not strings:
                continue
            key = strings[0]
            first, second = w.several(lambda: key.make(w), 2)
            old = call["arguments"][key.name]
            if asked.count(str(old)) != 1 or " and " in old or " and " in str(first) + str(second):
                continue
            both = f"{first} and in {second}" if f" in {old}" in asked and w.chance(0.2) else f"{first} and {second}"
            sentence = asked.replace(str(old), both)
            calls = [{"name": function.name, "arguments": {**call["arguments"], key.name: value}} for value in (first, second)]
            sample = call_sample([user(sentence)], calls, toolbox(w, [function], 3))
            sample.skill = "two calls"
            return sample
    functions = [some_function(w), some_function(w)]
    if functions[0].name == functions[1].name or clash(functions[1], functions[:1]):
        return twice(w)
    (first_text, first_call), (second_text, second_call) = (request(w, function) for function in functions)
    if any("\"" in t for t in (first_text, second_text)) and w.chance(0.5):
        return twice(w)
    joint = w.pick([" And ", " Also ", " Then ", " ", " and ", " and also ", "\n"])
    head = first_text if first_text[-1] in ".?!" else first_text + ("" if "and" in joint else ".")
    if "and" in joint:
        head = head.rstrip(".?!")
    tail = second_text if joint in (" ", "\n") else second_text[0].lower() + second_text[1:]
    sample = call_sample([user(head + joint + tail)], [first_call, second_call], toolbox(w, functions, 3))
    sample.skill = "two calls"
    return sample


def no_fit(w: World) -> Sample:
    """Tools are there, but the question needs none of them."""
    maker = w.pick([smalltalk.chat, smalltalk.chat, facts.opposite, facts.animal, facts.colour, facts.general, fallback.unknown, fallback.unknown,
                    arithmetic.comparison, smalltalk.joke, memory.remembered, facts.capital, chinese.chat, smalltalk.poem, fallback.noise])
    sample = maker(w)
    prompt = str(sample.messages[-1]["content"]).lower()
    functions = [some_function(w) for _ in range(w.number(1, 4))]
    functions = [f for f in functions if not any(len(word) > 2 and word in prompt for word in split_words(f.name).split(" ") + f.description.lower().split(" "))]
    functions = [f for f in functions if not {"search", "country", "capital", "news", "recipe"} & set(split_words(f.name).split(" ") + f.description.lower().split(" "))]
    if not functions or len({f.name for f in functions}) < len(functions):
        return no_fit(w)
    sample.tools = [declare(w, function) for function in functions]
    sample.skill = "no tool fits"
    if sample.thought and w.chance(0.5):
        sample.thought += " No function is needed."
    return sample


def missing(w: World) -> Sample:
    """A required value was not said: ask for it."""
    while True:
        function = family(w)
        needed = [p for p in function.parameters if p.required]
        bare = {"weather": "What's the weather?", "forecast": "Give me the forecast.", "email": "Send an email.", "timer": "Set a timer.", "alarm": "Set an alarm.",
                "message": "Send a message.", "stock": "What is the stock price?", "news": "What is the news?", "recipe": "Find a recipe.", "order": "Track my order.",
                "translate": "Translate something.", "file": "Read a file.", "flight": "Book a flight.", "volume": "Change the volume.", "note": "Make a note."}
        key = next((word for word in bare if word in function.description.lower() or word in function.name.lower()), None)
        if key and needed:
            break
    words = spoken([f"the {p.words}" for p in needed])
    answer = f"Please tell me {words}."
    prompt = w.style(bare[key])
    tools = [declare(w, function)]
    return Sample("no tool fits", [user(prompt)], answer, f"{function.name} needs {words}, which the user did not say.", tools=tools,
                  expect={"contains": ["please tell me"]})


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


def from_result(w: World) -> Sample:
    base = twice(w) if w.chance(0.22) else single(w)
    base.thinking = w.chance(0.5)
    messages, answer, marks = answered(w, base)
    if len(base.calls) == 2 and len(set(answer.split(". "))) == 1:
        answer = "Done."
    count = "two results" if len(base.calls) == 2 else "the result"
    return Sample("results", messages, answer, f"I have {count}. I tell the user.", tools=base.tools, expect={"contains": marks}, thinking=base.thinking)


def follow_up(w: World) -> Sample:
    """After a finished call: a new value for the same function, or a new wish."""
    base = single(w)
    base.thinking = False
    messages, answer, _ = answered(w, base)
    messages.append(assistant(answer))
    call = base.calls[0]
    strings = [key for key, value in call["arguments"].items() if isinstance(value, str)]
    declared = next(tool["function"] for tool in base.tools if tool["function"]["name"] == call["name"])
    plain_strings = [key for key in strings if "enum" not in declared["parameters"]["properties"][key]]
    if len(call["arguments"]) == 1 and plain_strings:
        value = city(w) if plain_strings[0] in PLACES else w.pick([name, noun, city])(w)
        asked = w.say(["And {v}?", "And what about {v}?", "What about {v}?", "Now {v}.", "And in {v}?" if plain_strings[0] in PLACES else "And for {v}?", "The same for {v}."], v=value)
        new = {"name": call["name"], "arguments": {plain_strings[0]: value}}
        sample = call_sample(messages + [user(asked)], [new], base.tools)
    elif w.chance(0.5):
        other = w.pick([smalltalk.chat, facts.opposite, facts.animal])(w)
        sample = Sample("no tool fits", messages + other.messages, other.answer, other.thought, tools=base.tools, expect=other.expect)
        return sample
    else:
        function = composed(w)
        if any(tool["function"]["name"] == function.name for tool in base.tools):
            return follow_up(w)
        asked, new = request(w, function)
        tools = base.tools + [declare(w, function)]
        w.rng.shuffle(tools)
        sample = call_sample(messages + [user(asked)], [new], tools)
    return sample


def after_talk(w: World) -> Sample:
    """A call after unrelated turns."""
    sample = single(w)
    history = w.pick([memory.between, memory.between, lambda w: memory.between(w) + memory.between(w)])(w)
    sample.messages = history + sample.messages
    return sample


MAKERS = [(single, 12), (twice, 3), (no_fit, 2.5), (missing, 0.7), (from_result, 5), (follow_up, 1.5), (after_talk, 1)]
