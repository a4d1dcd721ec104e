"""Functions to call: realistic families and composed ones never seen twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

from skills.extraction import date, email, spoken
from skills.pools import ADJECTIVES, CITIES, COLOURS, DAYS, FOODS, NAMES, NOUNS
from skills.world import Json, World, bucket


@dataclass
class Parameter:
    """One parameter: how it is declared, and how a user speaks of it."""

    name: str
    kind: str
    words: str
    description: str
    make: Callable[[World], Json]
    required: bool = True
    enum: list[str] | None = None


@dataclass
class Function:
    """A declared function with sentences that ask for it."""

    name: str
    description: str
    parameters: list[Parameter]
    asks: list[str]


def city(w: World) -> str:
    return w.open(CITIES) if w.chance(0.65) else w.invented().capitalize()


def name(w: World) -> str:
    return w.open(NAMES) if w.chance(0.7) else w.invented().capitalize()


def noun(w: World) -> str:
    return w.open(NOUNS) if w.chance(0.7) else w.invented()


def phrase(w: World) -> str:
    roll = w.rng.random()
    if roll < 0.35:
        return f"{w.pick(ADJECTIVES)} {noun(w)}"
    if roll < 0.5:
        return f"{noun(w)} {noun(w)} {noun(w)}"
    return noun(w)


def text(w: World) -> str:
    return w.pick([f"the {noun(w)} is {w.pick(ADJECTIVES)}", f"see you on {w.pick(DAYS)}", f"please bring the {noun(w)}", "I will be late",
                   f"the {phrase(w)} is ready", f"meet me in {city(w)}", f"call {name(w)} back", f"buy {noun(w)} and {noun(w)}",
                   f"happy birthday {name(w)}", f"{noun(w)} at {w.number(1, 12)} o'clock", "hello", f"thank you for the {noun(w)}"])


def small(w: World) -> int:
    return w.number(1, 12) if w.chance(0.5) else w.number(1, 99)


def amount(w: World) -> Json:
    return w.number(1, 999) if w.chance(0.75) else float(f"{w.number(1, 99)}.{w.number(1, 9)}{w.pick(['', '5'])}")


def clock(w: World) -> str:
    return f"{w.number(0, 23):02d}:{w.pick(['00', '15', '30', '45', '05', '20'])}"


def code(w: World) -> str:
    return f"{w.pick('ABCDEFGHKLMNPQRS')}{w.pick('ABCDEFGHKLMNPQRS')}{w.pick(['', '-'])}{w.number(1, 9999)}"


def currency(w: World) -> str:
    return w.pick(["USD", "EUR", "GBP", "CNY", "JPY", "CHF", "INR", "SEK", "CAD", "AUD"])


def ticker(w: World) -> str:
    return "".join(w.pick("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(w.number(3, 4)))


def file_name(w: World) -> str:
    return f"{noun(w)}.{w.pick(['txt', 'csv', 'pdf', 'md', 'json', 'png'])}"


LANGS = ["French", "German", "Spanish", "Italian", "Chinese", "Japanese", "English", "Dutch"]
Spec = tuple[str, str, Callable[[World], Json], bool]


def choice(options: list[str]) -> Callable[[World], Json]:
    return lambda w: w.pick(options)


ENUMS = {"unit": ["celsius", "fahrenheit"], "state": ["on", "off"], "mode": ["fast", "slow"], "period": ["day", "week", "month"],
         "priority": ["low", "medium", "high"]}
# Slots: key, kind, maker, required. Asks use the keys.
FAMILIES: list[tuple[list[str], list[str], list[Spec], list[str]]] = [
    (["get_weather", "getWeather", "get_current_weather", "weather", "fetch_weather", "weather_lookup", "current_weather", "getCurrentWeather"],
     ["Get the weather of a city", "Get the current weather", "Returns the weather for a place", "Get the current weather in a given location",
      "Look up the weather", "Current temperature and conditions", "Get weather information"],
     [("city", "string", city, True), ("unit", "enum", choice(["celsius", "fahrenheit"]), False)],
     ["What's the weather in {city}?", "What is the weather in {city}?", "Weather in {city}?", "How is the weather in {city}?", "Is it raining in {city}?",
      "How warm is it in {city}?", "What's the weather like in {city} today?", "Tell me the weather in {city}.", "What is the temperature in {city}?",
      "Do I need an umbrella in {city}?", "{city} weather", "How cold is it in {city} right now?", "What's the weather in {city} in {unit}?",
      "What is the temperature in {city} in {unit}?", "Weather in {city}, {unit} please.", "Give me the weather for {city} in {unit}.",
      "How is the weather in {city}? Use {unit}.", "I want to know the weather in {city}."]),
    (["get_forecast", "weather_forecast", "getForecast", "forecast"], ["Get the weather forecast for some days", "Weather forecast of a city"],
     [("city", "string", city, True), ("days", "integer", lambda w: w.number(2, 14), True)],
     ["What will the weather be in {city} in the next {days} days?", "Forecast for {city} for {days} days.", "Give me the {days} day forecast of {city}.",
      "Weather forecast for {city}, {days} days"]),
    (["get_time", "current_time", "getTime", "time_in_city", "get_local_time"], ["Get the current time in a city", "Local time of a place", "Tells what time it is"],
     [("city", "string", city, True)],
     ["What time is it in {city}?", "What's the time in {city}?", "Time in {city}?", "Tell me the current time in {city}.", "How late is it in {city}?"]),
    (["get_stock_price", "stock_price", "getStockPrice", "stock_quote"], ["Get the price of a stock", "Current stock price of a ticker symbol", "Look up a stock quote"],
     [("symbol", "string", ticker, True)],
     ["What is the stock price of {symbol}?", "Stock price of {symbol}?", "How much is {symbol} stock?", "Get me the price of {symbol} shares.", "What is {symbol} trading at?"]),
    (["send_email", "sendEmail", "email", "send_mail", "mail_send"], ["Send an email", "Sends an email to someone", "Send a mail with a subject and text"],
     [("to", "string", email, True), ("subject", "string", phrase, False), ("body", "string", text, False)],
     ["Send an email to {to} saying \"{body}\".", "Email {to} with the text \"{body}\"", "Send an email to {to} with the subject \"{subject}\" and the text \"{body}\".",
      "Write to {to}: \"{body}\"", "Send {to} an email with the subject {subject}.", "Email {to} about {subject}."]),
    (["send_message", "sendMessage", "send_sms", "message_user", "text_person"], ["Send a message to a person", "Send a text message", "Sends an SMS"],
     [("recipient", "string", name, True), ("message", "string", text, True)],
     ["Send a message to {recipient}: {message}", "Tell {recipient} that {message}", "Text {recipient} \"{message}\".", "Message {recipient}: {message}",
      "Send {recipient} the message \"{message}\"", "Write {recipient} that {message}"]),
    (["create_event", "createEvent", "add_calendar_event", "calendar_add", "schedule_meeting"],
     ["Create a calendar event", "Add an event to the calendar", "Schedule a meeting in the calendar"],
     [("title", "string", phrase, True), ("date", "string", lambda w: date(w) if w.chance(0.5) else w.pick(DAYS), True), ("time", "string", clock, False)],
     ["Add \"{title}\" to my calendar on {date}.", "Create an event {title} on {date} at {time}.", "Schedule {title} for {date} at {time}.",
      "Put {title} in the calendar for {date}", "New event: {title}, {date}, {time}.", "Schedule \"{title}\" on {date}."]),
    (["web_search", "search", "searchWeb", "search_web", "google_search", "search_internet"], ["Search the web", "Search the internet for a query", "Web search"],
     [("query", "string", phrase, True), ("limit", "integer", lambda w: w.number(1, 20), False)],
     ["Search the web for {query}.", "Search for {query}", "Look up {query} on the internet.", "Find information about {query}.", "Google {query}",
      "Search the web for {query} and give me {limit} results.", "Find {limit} results about {query}.", "Search for \"{query}\"."]),
    (["set_timer", "setTimer", "start_timer", "timer"], ["Set a timer", "Start a countdown timer", "Starts a timer for some minutes"],
     [("minutes", "integer", small, True), ("label", "string", noun, False)],
     ["Set a timer for {minutes} minutes.", "Timer for {minutes} minutes, please.", "Start a {minutes} minute timer.", "Set a timer for {minutes} minutes called {label}.",
      "Remind me in {minutes} minutes", "Start a {minutes} minutes timer with the label {label}."]),
    (["set_alarm", "setAlarm", "create_alarm", "alarm"], ["Set an alarm", "Set an alarm clock"],
     [("time", "string", clock, True)], ["Set an alarm for {time}.", "Wake me up at {time}.", "Alarm at {time}, please.", "I want to get up at {time}"]),
    (["convert_currency", "convertCurrency", "currency_converter", "exchange"], ["Convert money between currencies", "Convert an amount from one currency to another"],
     [("amount", "number", amount, True), ("from", "string", currency, True), ("to", "string", currency, True)],
     ["Convert {amount} {from} to {to}.", "How much is {amount} {from} in {to}?", "What is {amount} {from} in {to}?", "Exchange {amount} {from} into {to}",
      "{amount} {from} to {to}"]),
    (["translate", "translate_text", "translateText", "translation"], ["Translate a text", "Translate text into another language"],
     [("text", "string", lambda w: text(w) if w.chance(0.6) else noun(w), True), ("language", "string", choice(LANGS), True)],
     ["Translate \"{text}\" to {language}.", "Translate \"{text}\" into {language}", "How do you say \"{text}\" in {language}?", "Say \"{text}\" in {language}."]),
    (["read_file", "readFile", "open_file", "get_file"], ["Read a file", "Read the contents of a file", "Returns the text of a file"],
     [("path", "string", file_name, True)], ["Read the file {path}.", "Open {path}", "What is in {path}?", "Show me the contents of {path}.", "Read {path}"]),
    (["write_file", "writeFile", "save_file", "create_file"], ["Write a text to a file", "Save text in a file"],
     [("path", "string", file_name, True), ("content", "string", text, True)],
     ["Write \"{content}\" to {path}.", "Save \"{content}\" in the file {path}.", "Create the file {path} with the text \"{content}\""]),
    (["delete_file", "deleteFile", "remove_file"], ["Delete a file", "Remove a file from the disk"],
     [("path", "string", file_name, True)], ["Delete the file {path}.", "Delete {path}", "Remove {path}.", "Please delete {path}"]),
    (["query_database", "db_query", "find_records", "queryTable"], ["Query a database table", "Find rows in a table"],
     [("table", "string", lambda w: noun(w) + "s", True), ("limit", "integer", small, False)],
     ["Show me the table {table}.", "Get all rows of {table}.", "Query the table {table} with a limit of {limit}.", "Give me {limit} rows from {table}.", "List {limit} records of {table}"]),
    (["set_light", "setLight", "control_light", "light_switch", "switch_light"], ["Turn a light on or off", "Control the lights of a room", "Switch the lights"],
     [("room", "string", lambda w: w.pick(["kitchen", "bedroom", "bathroom", "living room", "hall", "garage", "office", "garden", "cellar"]), True),
      ("state", "enum", choice(["on", "off"]), True)],
     ["Turn {state} the light in the {room}.", "Turn {state} the {room} light.", "Switch {state} the lights in the {room}", "Lights {state} in the {room}.", "{room} light {state}"]),
    (["set_thermostat", "set_temperature", "setTemperature", "heat_room"], ["Set the temperature of the thermostat", "Set the room temperature"],
     [("temperature", "number", lambda w: w.number(10, 30) if w.chance(0.7) else w.number(10, 30) + 0.5, True), ("room", "string", lambda w: w.pick(["kitchen", "bedroom", "office", "hall"]), False)],
     ["Set the temperature to {temperature} degrees.", "Set the {room} to {temperature} degrees.", "Make it {temperature} degrees.", "Heat the {room} to {temperature} degrees"]),
    (["play_music", "playMusic", "play_song", "music_play"], ["Play music", "Play a song", "Plays a song or an artist"],
     [("song", "string", lambda w: phrase(w), True), ("artist", "string", name, False)],
     ["Play {song}.", "Play the song {song}", "Play {song} by {artist}.", "I want to hear {song} by {artist}.", "Play \"{song}\"."]),
    (["book_flight", "bookFlight", "find_flights", "search_flights"], ["Find flights between two cities", "Book a flight"],
     [("from_city", "string", city, True), ("to_city", "string", city, True), ("date", "string", date, False)],
     ["Find a flight from {from_city} to {to_city}.", "Book a flight from {from_city} to {to_city} on {date}.", "I want to fly from {from_city} to {to_city} on {date}.",
      "Flights from {from_city} to {to_city}"]),
    (["book_table", "reserve_table", "bookTable", "make_reservation"], ["Book a table in a restaurant", "Make a restaurant reservation"],
     [("restaurant", "string", lambda w: w.invented().capitalize(), True), ("people", "integer", lambda w: w.number(1, 12), True), ("time", "string", clock, False)],
     ["Book a table for {people} at {restaurant}.", "Reserve a table at {restaurant} for {people} people at {time}.", "Table for {people} people at {restaurant}, {time}.",
      "I need a table for {people} people at {restaurant}"]),
    (["add_todo", "create_task", "addTask", "add_task", "todo_add"], ["Add a task to the list", "Create a to-do item"],
     [("task", "string", lambda w: w.pick([f"buy {noun(w)}", f"call {name(w)}", f"clean the {noun(w)}", f"fix the {noun(w)}"]), True), ("priority", "enum", choice(["low", "medium", "high"]), False)],
     ["Add \"{task}\" to my list.", "Add the task {task}.", "New task: {task}", "Add the task \"{task}\" with {priority} priority.", "Put {task} on my to-do list.",
      "Create a {priority} priority task: {task}"]),
    (["calculate", "calculator", "evaluate_expression", "calc"], ["Evaluate a mathematical expression", "Calculate the result of an expression"],
     [("expression", "string", lambda w: f"{w.number(2, 9999)} {w.pick(['+', '-', '*', '/'])} {w.number(2, 999)}", True)],
     ["What is {expression}?", "Calculate {expression}.", "Compute {expression}", "How much is {expression}?", "{expression}"]),
    (["add", "sum_numbers", "addNumbers", "add_numbers"], ["Add two numbers", "Returns the sum of two numbers"],
     [("a", "number", amount, True), ("b", "number", amount, True)],
     ["What is {a} + {b}?", "Add {a} and {b}.", "What is {a} plus {b}?", "Sum {a} and {b}", "{a} + {b}"]),
    (["multiply", "multiply_numbers", "product"], ["Multiply two numbers", "Returns the product of two numbers"],
     [("a", "number", amount, True), ("b", "number", amount, True)],
     ["What is {a} * {b}?", "Multiply {a} and {b}.", "What is {a} times {b}?", "{a} x {b}"]),
    (["get_user", "find_user", "getUser", "lookup_customer", "get_customer"], ["Get a user by id", "Look up a user", "Find the record of a user"],
     [("user_id", "integer", lambda w: w.number(1, 99999), True)], ["Who is user {user_id}?", "Get the user with the id {user_id}.", "Find user {user_id}", "Show me user number {user_id}."]),
    (["get_order", "order_status", "getOrderStatus", "track_order", "track_package"], ["Get the status of an order", "Track an order", "Where is a package"],
     [("order_id", "string", code, True)], ["Where is my order {order_id}?", "What is the status of order {order_id}?", "Track order {order_id}.", "Status of {order_id}?"]),
    (["get_capital", "country_info", "getCountry"], ["Get information about a country", "Facts about a country"],
     [("country", "string", lambda w: w.pick(["France", "Japan", "Peru", "Kenya", "Norway", "India"]) if w.chance(0.5) else w.invented().capitalize(), True)],
     ["Tell me about the country {country}.", "Give me information about {country}.", "Look up {country}.", "Facts about {country}, please"]),
    (["get_news", "latest_news", "getNews", "news_search"], ["Get the latest news", "Find news about a topic"],
     [("topic", "string", phrase, True)], ["What is the news about {topic}?", "Latest news on {topic}.", "Give me news about {topic}", "Any news about {topic}?"]),
    (["roll_dice", "rollDice", "throw_dice"], ["Roll dice", "Throws dice"],
     [("sides", "integer", lambda w: w.number(4, 100), False), ("count", "integer", lambda w: w.number(1, 12), False)],
     ["Roll {count} dice.", "Roll a dice with {sides} sides.", "Throw {count} dice with {sides} sides.", "Roll the dice.", "Roll a dice"]),
    (["get_random_number", "random_number", "randomInt"], ["Get a random number", "Random number in a range"],
     [("min", "integer", lambda w: w.number(0, 9), True), ("max", "integer", lambda w: w.number(10, 999), True)],
     ["Give me a random number between {min} and {max}.", "Random number from {min} to {max}", "Pick a number between {min} and {max}."]),
    (["get_date", "current_date", "today", "getDate", "now", "get_current_time"], ["Get the current date and time", "Tells the date of today", "Current date"],
     [], ["What is the date today?", "What day is it?", "Which day is it today?", "What is today's date?", "Tell me the date.", "What time is it now?"]),
    (["list_files", "listFiles", "ls", "list_directory"], ["List the files of a folder", "Show the files in a directory"],
     [("folder", "string", noun, True)], ["List the files in {folder}.", "Which files are in the folder {folder}?", "Show me the files of {folder}"]),
    (["find_recipe", "recipe_search", "getRecipe"], ["Find a recipe", "Search recipes by dish"],
     [("dish", "string", lambda w: w.pick(FOODS) if w.chance(0.6) else w.invented(), True)], ["How do I cook {dish}?", "Find a recipe for {dish}.", "Recipe for {dish}?", "I want to cook {dish}."]),
    (["get_distance", "distance", "calculate_distance", "route_length"], ["Distance between two cities", "How far two places are apart"],
     [("origin", "string", city, True), ("destination", "string", city, True)],
     ["How far is it from {origin} to {destination}?", "Distance from {origin} to {destination}?", "What is the distance between {origin} and {destination}?"]),
    (["set_volume", "setVolume", "volume"], ["Set the volume", "Change the volume of the speaker"],
     [("level", "integer", lambda w: w.number(0, 100), True)], ["Set the volume to {level}.", "Volume {level}", "Make the volume {level} percent.", "Turn the volume to {level}."]),
    (["order_food", "place_order", "orderFood"], ["Order food", "Order food for delivery"],
     [("item", "string", lambda w: w.pick(FOODS) if w.chance(0.6) else w.invented(), True), ("quantity", "integer", lambda w: w.number(1, 12), True)],
     ["Order {quantity} {item}.", "I want {quantity} portions of {item}.", "Please order {quantity} times {item}", "Get me {quantity} {item}"]),
    (["create_note", "add_note", "saveNote", "note"], ["Save a note", "Create a note with a text", "Write down a note"],
     [("text", "string", text, True), ("tags", "array", lambda w: w.several(lambda: w.pick(ADJECTIVES), w.number(1, 3)), False)],
     ["Make a note: {text}", "Note that {text}", "Save the note \"{text}\".", "Write down \"{text}\" with the tags {tags}.", "Make a note \"{text}\" tagged {tags}."]),
    (["add_to_cart", "buy_items", "addItems", "shopping_list_add"], ["Add items to the shopping list", "Put items into the cart"],
     [("items", "array", lambda w: w.several(lambda: noun(w), w.number(1, 4)), True)],
     ["Add {items} to my shopping list.", "Put {items} into the cart.", "I need {items}, put them on the list.", "Buy {items}."]),
]
SYNONYMS = {
    "city": ["city", "location", "place", "town", "city_name", "cityName"], "unit": ["unit", "units", "temperature_unit"], "symbol": ["symbol", "ticker", "stock"],
    "to": ["to", "recipient", "address", "email"], "query": ["query", "q", "search_term", "text", "keywords"], "minutes": ["minutes", "duration", "duration_minutes"],
    "path": ["path", "file", "filename", "file_path", "filePath"], "order_id": ["order_id", "orderId", "id", "number"], "user_id": ["user_id", "userId", "id"],
    "title": ["title", "name", "summary", "event_name"], "recipient": ["recipient", "to", "person", "name", "contact"], "message": ["message", "text", "body", "content"],
    "amount": ["amount", "value", "sum"], "from": ["from", "from_currency", "source", "base"], "limit": ["limit", "max_results", "count", "n"],
    "room": ["room", "area", "location"], "state": ["state", "status", "power"], "song": ["song", "title", "track"], "topic": ["topic", "subject", "query"],
    "origin": ["origin", "from", "start", "source"], "destination": ["destination", "to", "end", "target"], "a": ["a", "x", "first", "left"], "b": ["b", "y", "second", "right"],
    "days": ["days", "num_days", "count"], "body": ["body", "text", "message", "content"], "level": ["level", "volume", "value"], "items": ["items", "products", "things"],
    "language": ["language", "target_language", "target", "lang", "to"], "text": ["text", "content", "input"], "task": ["task", "title", "text"], "date": ["date", "day", "when"],
}
DESCRIBED = {"city": ["The city", "Name of the city", "City name, e.g. Oslo", "The city and state, e.g. San Francisco, CA"], "unit": ["Temperature unit", "celsius or fahrenheit"]}


def family(w: World) -> Function:
    """A realistic function under one of its many names."""
    names, descriptions, specs, asks = w.pick(FAMILIES)
    taken: set[str] = set()
    parameters, slots = [], {}
    for key, kind, make, required in specs:
        options = [option for option in SYNONYMS.get(key, [key]) if option not in taken]
        chosen = options[0] if w.chance(0.4) or len(options) == 1 else w.pick(options)
        taken.add(chosen)
        words = split_words(key)
        described = w.pick(DESCRIBED.get(key, [f"The {words}", words.capitalize(), f"{words.capitalize()} to use"]))
        enum = None
        if kind == "enum":
            enum = list(ENUMS[key])
            kind = "string"
        parameters.append(Parameter(chosen, kind, words, described, make, required, enum))
        slots[key] = "{" + chosen + "}"
    filled = [template.format(**slots) for template in asks]
    return Function(w.pick(names), w.pick(descriptions), parameters, filled)


ACTIONS = """create delete update open close start stop find list send get set add remove move copy rename check test clean paint build repair
wash fill empty lock unlock enable disable schedule cancel book order buy sell print scan upload download import export sync merge split
count measure weigh mix heat cool freeze sort filter compress share publish archive restore assign approve reject register monitor show hide
activate feed water plant cut fold pack ship track rent borrow return charge reset rotate calibrate launch pause resume record play""".split()
PARAMETER_WORDS = """name title color size count amount level speed mode source target owner room date priority tag message label
category type length width height weight angle duration limit format language user group folder brand model price
quantity budget score rank zone floor port channel host region team project version topic note reason code key
status shape material flavor temperature pressure distance start end max_count min_size start_date end_date
item_id user_name room_number file_name max_price max_speed target_city delivery_day""".split()
FLAGS = """urgent verbose silent public private dry_run recursive notify express gift_wrap loud hidden active shared encrypted secure fast
overwrite compressed include_images with_sound auto_start""".split()
CHOICES = [["small", "medium", "large"], ["low", "normal", "high"], ["red", "green", "blue"], ["daily", "weekly", "monthly"], ["left", "right"],
           ["pdf", "html", "txt"], ["asc", "desc"], ["hot", "cold", "warm"], ["morning", "noon", "evening"], ["economy", "business", "first"],
           ["soft", "hard"], ["north", "south", "east", "west"], ["metric", "imperial"], ["json", "csv", "xml"], ["indoor", "outdoor"]]


def split_words(identifier: str) -> str:
    """`maxPrice` and `max_price` as the words a user says."""
    spaced = "".join(" " + letter.lower() if letter.isupper() else letter for letter in identifier)
    return spaced.replace("_", " ").replace("-", " ").strip()


def identifier(w: World, words: list[str]) -> str:
    """The words as one identifier, in one of the usual spellings."""
    roll = w.rng.random()
    if roll < 0.6:
        return "_".join(words)
    if roll < 0.9:
        return words[0] + "".join(word.capitalize() for word in words[1:])
    if roll < 0.95:
        return "-".join(words)
    return "".join(word.capitalize() for word in words)


def parameter_name(w: World) -> str:
    roll = w.rng.random()
    if roll < 0.5:
        return w.pick(PARAMETER_WORDS)
    if roll < 0.7:
        return w.open(NOUNS)
    if roll < 0.85:
        return identifier(w, [w.pick(["max", "min", "main", "new", "old", "target", "default"]), w.open(NOUNS)]).replace("-", "_")
    return w.invented()


def string_value(w: World) -> str:
    roll = w.rng.random()
    if roll < 0.2:
        return name(w)
    if roll < 0.35:
        return city(w)
    if roll < 0.55:
        return w.invented()
    if roll < 0.75:
        return phrase(w)
    if roll < 0.82:
        return w.pick(COLOURS)
    if roll < 0.9:
        return code(w)
    if roll < 0.95:
        return date(w)
    return email(w)


def composed_parameter(w: World, about: str) -> Parameter:
    roll = w.rng.random()
    key = parameter_name(w)
    enum = None
    if roll < 0.45:
        kind, make = "string", string_value
    elif roll < 0.63:
        kind, make = "integer", lambda w: w.number(0, 99) if w.chance(0.6) else w.number(100, 9999)
    elif roll < 0.73:
        kind, make = "number", amount
    elif roll < 0.83:
        kind, make, key = "boolean", lambda w: w.chance(0.6), w.pick(FLAGS) if w.chance(0.7) else w.invented()
    elif roll < 0.93:
        options = w.pick(CHOICES) if w.chance(0.7) else w.several(w.invented, w.number(2, 4))
        kind, make, enum = "string", choice(options), options
    else:
        kind, make = "array", lambda w: w.several(lambda: noun(w), w.number(1, 4))
    words = split_words(key)
    described = w.pick([f"The {words}", words.capitalize(), f"The {words} of the {about}", f"{words.capitalize()} to use", f"Which {words}"])
    if kind == "boolean":
        described = w.pick([f"Whether it is {words}", words.capitalize(), f"If true, {words}"])
    if w.chance(0.06) and kind != "boolean":
        key = w.pick(["p1", "p2", "arg", "x", "value", "param_a", "field1"])
        described = f"The {words} of the {about}"
    return Parameter(key, kind, words, described, make, w.chance(0.65), enum)


def said(w: World, parameter: Parameter, slot: str) -> str:
    """How a user gives this parameter; booleans are settled by `spoken_value`."""
    words = parameter.words
    if parameter.kind == "boolean":
        return slot
    return w.pick([f"with {words} {slot}", f"with the {words} {slot}", f"{words} {slot}", f"{words}: {slot}", f"the {words} is {slot}", f"{words} = {slot}",
                   f"use {slot} as the {words}", f"set the {words} to {slot}", f"with {slot} as {words}", f"for the {words} {slot}", f"and {words} {slot}"])


def composed(w: World) -> Function:
    """A function nobody has seen, asked for by its words and its parameters' words."""
    while True:
        action = w.pick(ACTIONS) if w.chance(0.8) else w.invented(1, 2)
        words = [w.open(NOUNS) if w.chance(0.65) else w.invented()]
        if w.chance(0.3):
            words.insert(0, w.pick([w.open(NOUNS), w.pick(ADJECTIVES).lower()]))
        about = " ".join(words)
        spelled = identifier(w, [action, *about.split(" ")])
        if w.chance(0.05):
            spelled = w.invented() + w.pick(["", "_" + w.invented(), str(w.number(1, 99))])
        if (bucket(spelled, 8) == 0) == w.held:
            break
    description = w.pick([f"{action.capitalize()} the {about}", f"{action.capitalize()} a {about}", f"{action.capitalize()} {about}", f"Use this to {action} the {about}",
                          f"{action.capitalize()} the {about} of the user", f"{action.capitalize()}s one {about}"])
    parameters: list[Parameter] = []
    for _ in range(w.pick([0, 1, 1, 1, 2, 2, 2, 3, 3, 4])):
        parameter = composed_parameter(w, about)
        if all(parameter.name != other.name and parameter.words != other.words for other in parameters):
            parameters.append(parameter)
    return Function(spelled, description, parameters, [f"{action} {w.pick(['the', 'the', 'a', 'my'])} {about}"])


def composed_sentence(w: World, function: Function, given: list[Parameter]) -> str:
    """The wish, then the given parameters in some order."""
    start = function.asks[0]
    start = w.pick([start.capitalize(), start.capitalize(), f"Please {start}", f"Can you {start}", f"I want to {start}", f"I want you to {start}", f"Could you {start}", start])
    parts = [said(w, parameter, "{" + parameter.name + "}") for parameter in (w.some(given, len(given)) if w.chance(0.4) else given)]
    if not parts:
        return start + w.pick([".", ".", "", "!"])
    joined = w.pick([", ", " and ", ", ", "; "]).join(parts)
    return (start + w.pick([" ", ", ", " ", ": "]) + joined + w.pick([".", ".", ""])).replace("and and", "and")


def spoken_value(w: World, parameter: Parameter, value: Json) -> str:
    if isinstance(value, bool):
        words = parameter.words
        return w.pick([f"{words} on", f"{words} true", f"with {words} on", f"{words}: yes", f"make it {words}", f"{words} = true", f"enable {words}"] if value else
                      [f"{words} off", f"{words} false", f"with {words} off", f"{words}: no", f"not {words}", f"{words} = false", f"disable {words}"])
    if isinstance(value, list):
        return spoken(value)
    return str(value)


def declare(w: World, function: Function) -> Json:
    """The function as an OpenAI tool, with the usual differences in detail."""
    properties: dict[str, Json] = {}
    terse = w.chance(0.25)
    for parameter in function.parameters:
        entry: dict[str, Json] = {"type": parameter.kind}
        if parameter.kind == "array":
            entry["items"] = {"type": "string"}
        if parameter.enum:
            entry["enum"] = parameter.enum
        opaque = parameter.words != split_words(parameter.name)
        if opaque or not terse and w.chance(0.75):
            entry["description"] = parameter.description
        properties[parameter.name] = entry
    schema: dict[str, Json] = {"type": "object", "properties": properties}
    required = [parameter.name for parameter in function.parameters if parameter.required]
    if required or w.chance(0.2):
        schema["required"] = required
    if w.chance(0.1):
        schema["additionalProperties"] = False
    description = function.description + w.pick(["", "", "."]) if w.chance(0.95) else ""
    declared = {"name": function.name, "description": description, "parameters": schema}
    return {"type": "function", "function": declared}
