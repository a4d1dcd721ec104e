"""Words and tables the skills draw from."""

from __future__ import annotations

NAMES = """Ada Alan Alice Amir Amina Anna Anton Aria Arthur Ayla Ben Bella Boris Bruno Carla Carlos Cara Chen
Chloe Clara Cole Dana Daniel Dara David Diego Dina Dora Dylan Ed Eli Elena Ella Emil Emma Eric Eva Ezra Farah
Felix Finn Fiona Frank Freya George Gina Grace Greta Gus Hana Hannah Harry Hassan Hector Helen Hugo Ian Ida Igor
Ines Iris Ivan Jack Jade James Jana Jane Jasper Jin John Jonas Julia June Kai Kara Karl Kate Kenji Kim Kira Kurt
Lara Laura Lea Leo Lena Liam Lily Lin Lisa Louis Luca Lucy Luis Luna Maja Marco Maria Mario Mark Marta Mary Max
Maya Mei Mia Mike Mila Milo Mina Mira Mona Nadia Nate Nick Nina Noah Nora Olga Oliver Omar Oscar Otto Owen Paul
Pedro Peter Petra Pia Priya Quinn Rafael Raj Rania Ravi Rita Rob Robin Rosa Rosie Ruby Ruth Ryan Sam Samir Sara
Sasha Sean Selma Simon Sofia Sonia Stan Stella Sven Tara Ted Theo Tim Tina Tom Tomas Uma Ursula Vera Victor
Viola Wanda Wei Will Xena Yara Yasmin Yuki Yusuf Zara Zoe Zora Zack Linus Grete Olive Hazel Rowan Basil Jules
Margaret Robert Susan Linda Patricia Barbara Michael William Thomas Charles Elizabeth Jennifer Matthew Andrew
Joshua Kevin Brian Edward Ronald Anthony Jason Jeffrey Rebecca Sharon Cynthia Kathleen Angela Melissa""".split()

SURNAMES = """Smith Jones Brown Miller Davis Garcia Wilson Moore Taylor Lee White Harris Clark Lewis Walker Hall Young
King Wright Hill Green Baker Adams Nelson Carter Turner Parker Evans Collins Reed Cook Bell Ward Cox Gray Wood
Kim Chen Patel Khan Silva Rossi Novak Berg Lund Meyer Weber Fischer Dubois Moreau Costa Santos Tanaka Sato Mori
Ivanov Petrov Nowak Horvat Lopez Perez Torres Rivera Flores Diaz Cruz Ortiz Lovelace Turing Hopper""".split()

CITIES = """Paris London Berlin Madrid Rome Vienna Prague Warsaw Lisbon Dublin Oslo Stockholm Helsinki Copenhagen Athens
Budapest Brussels Amsterdam Zurich Geneva Milan Naples Venice Florence Barcelona Valencia Seville Porto Lyon Nice
Marseille Bordeaux Hamburg Munich Cologne Dresden Leipzig Krakow Riga Vilnius Tallinn Sofia Belgrade Zagreb Istanbul
Ankara Cairo Nairobi Lagos Accra Tunis Casablanca Dakar Tokyo Osaka Kyoto Beijing Shanghai Shenzhen Guangzhou
Chengdu Wuhan Hangzhou Taipei Seoul Busan Bangkok Hanoi Manila Jakarta Singapore Delhi Mumbai Chennai Kolkata
Karachi Lahore Dubai Doha Tehran Baghdad Sydney Melbourne Perth Brisbane Auckland Wellington Toronto Montreal
Vancouver Ottawa Boston Chicago Denver Seattle Portland Austin Dallas Houston Miami Atlanta Detroit Phoenix Memphis
Nashville Orlando Lima Quito Bogota Santiago Havana Caracas Brasilia Salvador Recife Montevideo Edinburgh Glasgow
Manchester Liverpool Leeds Bristol Cardiff Belfast Cork Galway Bergen Malmo Turku Tampere Gdansk Brno Graz Bern
Basel Bonn Kiel Ulm Mainz Bremen Essen""".split() + [
    "New York", "San Francisco", "Los Angeles", "Hong Kong", "Buenos Aires", "Mexico City", "Cape Town",
    "Rio de Janeiro", "San Diego", "Las Vegas", "New Delhi", "Kuala Lumpur", "Tel Aviv", "Salt Lake City"]

CITIES_ZH = ["北京", "上海", "广州", "深圳", "杭州", "成都", "武汉", "南京", "西安", "重庆", "苏州", "天津", "长沙", "青岛",
             "厦门", "大连", "昆明", "巴黎", "伦敦", "东京"]
NAMES_ZH = ["小明", "小红", "小华", "小李", "王伟", "李娜", "张强", "刘洋", "陈静", "小美", "小刚", "阿丽", "小林", "小云"]

CAPITALS = dict(pair.split(":") for pair in """France:Paris Germany:Berlin Italy:Rome Spain:Madrid Portugal:Lisbon Austria:Vienna
Switzerland:Bern Belgium:Brussels Ireland:Dublin Norway:Oslo Sweden:Stockholm Finland:Helsinki Denmark:Copenhagen
Iceland:Reykjavik Poland:Warsaw Hungary:Budapest Greece:Athens Turkey:Ankara Russia:Moscow Ukraine:Kyiv Romania:Bucharest
Bulgaria:Sofia Serbia:Belgrade Croatia:Zagreb Slovenia:Ljubljana Slovakia:Bratislava Estonia:Tallinn Latvia:Riga
Lithuania:Vilnius Egypt:Cairo Morocco:Rabat Tunisia:Tunis Kenya:Nairobi Nigeria:Abuja Ghana:Accra Ethiopia:Addis_Ababa
Senegal:Dakar China:Beijing Japan:Tokyo India:New_Delhi Pakistan:Islamabad Nepal:Kathmandu Thailand:Bangkok
Vietnam:Hanoi Indonesia:Jakarta Malaysia:Kuala_Lumpur Mongolia:Ulaanbaatar Iran:Tehran Iraq:Baghdad Israel:Jerusalem Qatar:Doha
Canada:Ottawa Mexico:Mexico_City Cuba:Havana Brazil:Brasilia Argentina:Buenos_Aires Chile:Santiago
Peru:Lima Colombia:Bogota Ecuador:Quito Uruguay:Montevideo Australia:Canberra""".split())
CAPITALS = {country: city.replace("_", " ") for country, city in CAPITALS.items()}
CAPITALS.update({"South Korea": "Seoul", "the United Kingdom": "London", "the United States": "Washington, D.C.",
                 "the Netherlands": "Amsterdam", "New Zealand": "Wellington", "the Philippines": "Manila",
                 "Czechia": "Prague", "Saudi Arabia": "Riyadh"})
COUNTRY_ALIASES = {"England": "London", "the UK": "London", "the USA": "Washington, D.C.", "the US": "Washington, D.C.",
                   "America": "Washington, D.C.", "Great Britain": "London", "the Czech Republic": "Prague"}

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December"]
MONTH_DAYS = dict(zip(MONTHS, [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]))
ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
            "eleventh", "twelfth"]
SEASONS = ["spring", "summer", "autumn", "winter"]
COLOURS = ["red", "blue", "green", "yellow", "orange", "purple", "pink", "brown", "black", "white", "grey",
           "silver", "gold", "turquoise", "violet", "teal", "crimson", "beige", "navy", "lime"]

OPPOSITES = dict(pair.split(":") for pair in """hot:cold big:small tall:short fast:slow up:down left:right day:night open:closed full:empty
happy:sad light:dark old:young rich:poor hard:soft early:late near:far wet:dry clean:dirty strong:weak loud:quiet
heavy:light high:low good:bad black:white in:out long:short true:false yes:no above:below inside:outside first:last
easy:difficult new:old thick:thin wide:narrow deep:shallow sweet:sour alive:dead win:lose push:pull buy:sell start:stop
begin:end love:hate summer:winter north:south east:west safe:dangerous""".split())

SOUNDS = dict(pair.split(":") for pair in """cat:meow dog:woof cow:moo sheep:baa pig:oink duck:quack horse:neigh rooster:cock-a-doodle-doo
lion:roar bee:buzz snake:hiss frog:ribbit owl:hoot mouse:squeak goat:bleat donkey:hee-haw wolf:howl crow:caw""".split())
YOUNG = dict(pair.split(":") for pair in """cat:kitten dog:puppy cow:calf sheep:lamb pig:piglet duck:duckling horse:foal lion:cub bear:cub
goat:kid frog:tadpole hen:chick swan:cygnet deer:fawn kangaroo:joey goose:gosling eagle:eaglet fox:cub
rabbit:bunny elephant:calf""".split())
LEGS = dict(pair.split(":") for pair in """dog:four cat:four horse:four cow:four lion:four elephant:four bird:two chicken:two duck:two spider:eight
ant:six bee:six beetle:six fly:six snake:no fish:no person:two human:two octopus:eight butterfly:six sheep:four
pig:four frog:four mouse:four tiger:four""".split())
THING_COLOURS = dict(pair.split(":") for pair in """sky:blue grass:green snow:white sun:yellow banana:yellow blood:red coal:black lemon:yellow
tomato:red carrot:orange leaf:green sea:blue milk:white strawberry:red night:black cherry:red
cucumber:green crow:black chocolate:brown salt:white pumpkin:orange eggplant:purple flamingo:pink""".split())
MIXES = {("red", "blue"): "purple", ("red", "yellow"): "orange", ("blue", "yellow"): "green", ("red", "white"): "pink",
         ("black", "white"): "grey"}
FACTS = {
    "How many days are in a week?": "There are seven days in a week.",
    "How many months are in a year?": "There are twelve months in a year.",
    "How many days are in a year?": "There are 365 days in a year, and 366 in a leap year.",
    "How many hours are in a day?": "There are 24 hours in a day.",
    "How many minutes are in an hour?": "There are 60 minutes in an hour.",
    "How many seconds are in a minute?": "There are 60 seconds in a minute.",
    "How many weeks are in a year?": "There are about 52 weeks in a year.",
    "How many seasons are there?": "There are four seasons: spring, summer, autumn and winter.",
    "How many continents are there?": "There are seven continents.",
    "How many planets are in the solar system?": "There are eight planets in the solar system.",
    "How many letters are in the alphabet?": "There are 26 letters in the English alphabet.",
    "What is the largest planet?": "Jupiter is the largest planet in the solar system.",
    "What is the largest ocean?": "The Pacific is the largest ocean.",
    "What is the highest mountain?": "Mount Everest is the highest mountain on Earth.",
    "What do bees make?": "Bees make honey.",
    "What do cows give us?": "Cows give us milk.",
    "What is ice made of?": "Ice is frozen water.",
    "What is water made of?": "Water is made of hydrogen and oxygen.",
    "At what temperature does water boil?": "Water boils at 100 degrees Celsius.",
    "At what temperature does water freeze?": "Water freezes at 0 degrees Celsius.",
    "Where does the sun rise?": "The sun rises in the east.",
    "Where does the sun set?": "The sun sets in the west.",
    "Which planet do we live on?": "We live on the planet Earth.",
    "Which season is the coldest?": "Winter is the coldest season.",
    "Which season is the warmest?": "Summer is the warmest season.",
    "What is the tallest animal?": "The giraffe is the tallest animal.",
    "What is the biggest animal?": "The blue whale is the biggest animal.",
    "What is the fastest land animal?": "The cheetah is the fastest land animal.",
    "How many sides does a triangle have?": "A triangle has three sides.",
    "How many sides does a square have?": "A square has four sides.",
    "How many fingers does a hand have?": "A hand has five fingers.",
    "How many wheels does a car have?": "A car has four wheels.",
    "How many wheels does a bicycle have?": "A bicycle has two wheels.",
    "Which month has 28 days?": "February has 28 days, and 29 in a leap year.",
    "What is the first month of the year?": "January is the first month of the year.",
    "What is the last month of the year?": "December is the last month of the year.",
    "What comes after winter?": "Spring comes after winter.",
    "What comes after spring?": "Summer comes after spring.",
    "What comes after summer?": "Autumn comes after summer.",
    "What comes after autumn?": "Winter comes after autumn.",
}
FRENCH = {"hello": "bonjour", "thank you": "merci", "yes": "oui", "no": "non", "cat": "chat", "dog": "chien", "water": "eau",
          "bread": "pain", "house": "maison", "good night": "bonne nuit", "goodbye": "au revoir", "please": "s'il vous plait",
          "red": "rouge", "blue": "bleu", "milk": "lait", "friend": "ami"}
SPANISH = {"hello": "hola", "thank you": "gracias", "yes": "sí", "no": "no", "cat": "gato", "dog": "perro", "water": "agua",
           "bread": "pan", "house": "casa", "good night": "buenas noches", "goodbye": "adiós", "please": "por favor",
           "red": "rojo", "blue": "azul", "milk": "leche", "friend": "amigo"}
GERMAN = {"hello": "hallo", "thank you": "danke", "yes": "ja", "no": "nein", "cat": "Katze", "dog": "Hund", "water": "Wasser",
          "bread": "Brot", "house": "Haus", "good night": "gute Nacht", "goodbye": "auf Wiedersehen", "please": "bitte",
          "red": "rot", "blue": "blau", "milk": "Milch", "friend": "Freund"}
CHINESE = {"hello": "你好", "thank you": "谢谢", "yes": "是", "no": "不", "cat": "猫", "dog": "狗", "water": "水",
           "bread": "面包", "house": "房子", "good night": "晚安", "goodbye": "再见", "please": "请",
           "red": "红色", "blue": "蓝色", "milk": "牛奶", "friend": "朋友"}
LANGUAGES = {"French": FRENCH, "Spanish": SPANISH, "German": GERMAN, "Chinese": CHINESE}

NOUNS = """apple pear plum peach lemon cherry grape melon banana orange carrot potato onion tomato bean pepper bread
cheese butter sugar salt rice soup cake cookie candle lamp chair table desk shelf window door wall roof garden
flower tree leaf forest river lake sea beach island mountain valley road bridge street city town village house
school library museum theatre market shop office station airport train bus car bicycle boat ship plane rocket
engine wheel robot computer phone camera radio clock watch book paper pencil pen letter stamp ticket map box bag
basket bottle cup glass plate spoon fork knife hammer nail rope stone brick sand glass metal gold silver iron
cotton wool shirt coat hat shoe sock glove scarf button ring necklace mirror brush soap towel blanket pillow
bed sofa carpet curtain cat dog horse cow sheep goat pig duck hen goose rabbit mouse fox wolf bear deer lion
tiger monkey elephant snake frog fish whale shark bird owl eagle crow bee ant spider butterfly doctor nurse
teacher student farmer baker driver pilot sailor soldier artist singer dancer writer king queen prince knight
dragon ghost wizard pirate ocean cloud rain snow wind storm sun moon star planet light shadow fire smoke ice
music song dance game ball kite toy puzzle story poem picture colour number word question answer dream secret
idea plan party holiday birthday wedding weekend morning evening winter summer spring autumn guitar piano drum
violin trumpet hotel kitchen bathroom cellar tower castle palace church temple fence gate tunnel harbour desert
jungle cave cliff volcano meadow field farm barn tractor truck ladder bucket shovel needle thread cloth leather
wallet coin money price bank bill tax law court judge police prison army war peace health medicine blood bone
heart brain skin hair eye ear nose mouth tooth tongue finger hand arm leg foot knee shoulder history science
physics chemistry biology mathematics geography language grammar politics economy business energy electricity
atom molecule cell gene virus vaccine evolution climate gravity universe galaxy telescope microscope satellite
internet website password server database software program algorithm network keyboard screen printer battery
football tennis chess hockey golf running swimming yoga recipe sauce dinner lunch breakfast coffee tea juice
wine beer milk honey chocolate vanilla pizza pasta salad sandwich""".split()
ADJECTIVES = """old new big small red blue green quick slow warm cold bright dark quiet loud happy sad soft hard sweet sour
round flat long short tall deep wide narrow clean dirty empty full heavy light strong weak young wild calm kind
brave clever funny strange simple famous modern ancient golden wooden broken hidden secret frozen lonely
Chinese French Roman Japanese medieval digital electric nuclear solar public private local global""".split()
OBJECTS = """apple pear plum peach lemon cherry grape melon banana carrot potato onion tomato egg cookie candle chair lamp
book pencil stamp ticket map box bag bottle cup plate spoon fork hammer nail stone brick shirt hat button ring
coin ball kite toy marble flower tree shell card sticker balloon bead key pen eraser crayon magnet""".split()
HOBBIES = ["chess", "tennis", "painting", "reading", "cooking", "hiking", "swimming", "football", "gardening", "cycling",
           "dancing", "fishing", "knitting", "running", "singing", "photography", "yoga", "sailing", "skiing", "poetry"]
JOBS = ["teacher", "doctor", "nurse", "farmer", "baker", "driver", "pilot", "sailor", "artist", "singer", "dancer", "writer",
        "student", "engineer", "lawyer", "cook", "carpenter", "painter", "plumber", "gardener", "tailor", "chemist",
        "librarian", "translator", "architect"]
FOODS = ["pizza", "pasta", "sushi", "rice", "soup", "salad", "bread", "cheese", "chocolate", "noodles", "pancakes", "curry",
         "tacos", "dumplings", "waffles", "lasagna", "strawberries", "apple pie", "ice cream", "fried rice"]
PETS = ["cat", "dog", "rabbit", "hamster", "parrot", "turtle", "goldfish", "horse", "pony", "canary", "ferret", "lizard"]
TITLES = ["Dr.", "Mr.", "Ms.", "Captain", "Professor"]
