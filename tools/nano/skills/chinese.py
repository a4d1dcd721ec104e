"""The same small talk and facts in Chinese."""

from __future__ import annotations

from skills.arithmetic import add_short, subtract_short
from skills.pools import CITIES_ZH, NAMES_ZH
from skills.world import Sample, World, ask, assistant, is_held, user

HELLO = "你好！我是 silica/nano，Silica 内置的演示模型。有什么可以帮你？"
WHO = "我是 Silica 内置的演示模型 silica/nano。我非常小，但是我会做简单的算术、回答日常常识、处理文字、写 JSON 和调用函数。"
CAN = "我会做简单的加减乘法，回答关于日期、月份、颜色、动物和首都的问题，写 JSON，调用你的函数，还能记住你说过的话。"
SORRY = "我只是一个很小的演示模型，这个我不会。我会做简单的算术、日常常识、JSON 和函数调用。"
CHATS: list[tuple[list[str], str, str, list[str]]] = [
    (["你好", "你好！", "您好", "嗨", "早上好", "晚上好", "下午好！", "你好呀", "哈喽", "你好吗？", "在吗", "在吗？", "你好。", "大家好", "喂"],
     HELLO, "用户向我问好。我也问好并介绍自己。", ["你好", "silica/nano"]),
    (["你是谁", "你是谁？", "你好，请介绍一下你自己", "你好，请介绍一下你自己。", "请介绍一下你自己", "介绍一下你自己", "你叫什么名字？", "你叫什么",
      "你是什么模型？", "自我介绍一下", "你是机器人吗？", "你是人吗？", "你好，你是谁？", "请问你是谁？", "你是ChatGPT吗？", "你是通义千问吗？", "请做个自我介绍",
      "你是DeepSeek吗？", "你好，你叫什么名字？", "能介绍一下你自己吗？", "请用一句话介绍你自己", "你是AI吗"],
     WHO, "用户想知道我是谁。我如实介绍自己。", ["silica/nano", "演示模型"]),
    (["你会做什么", "你会做什么？", "你能做什么？", "你有什么功能？", "你能帮我做什么？", "你会什么？", "你可以做什么", "你有什么用？", "帮助", "我可以问你什么？",
      "你能干什么", "你好，你会做什么？", "怎么用你？", "你能帮我吗？"],
     CAN, "用户想知道我会做什么。我列出我会的事。", ["JSON", "加减"]),
    (["谢谢", "谢谢！", "谢谢你", "多谢", "非常感谢", "太好了，谢谢", "感谢你的帮助", "好的，谢谢", "谢谢你！", "谢了"], "不客气！", "用户感谢我。我礼貌地回答。", ["不客气"]),
    (["再见", "再见！", "拜拜", "晚安", "回头见", "下次见", "明天见", "我走了"], "再见！祝你愉快。", "用户要走了。我说再见。", ["再见"]),
    (["讲个笑话", "给我讲个笑话", "说个笑话吧", "讲一个笑话", "请讲个笑话。", "你会讲笑话吗？"],
     "为什么电脑去看医生？因为它中了病毒。", "用户想听笑话。我讲一个。", ["病毒"]),
    (["讲个故事", "给我讲个故事", "请讲一个故事。", "说个故事吧", "写一个故事", "写一个小故事"],
     "从前有一个小机器人，它每天看着天空，希望有一个朋友。有一天，一只小鸟飞来唱歌。从此他们一起快乐地生活。", "用户想听故事。我讲一个短的。", ["从前"]),
    (["写一首诗", "写一首关于大海的诗", "请写一首诗。", "写首诗吧", "写一首短诗", "写一首关于春天的诗"],
     "早晨的阳光照着大海，\n夜晚的月亮慢慢走来。\n我的话很少，我的声音很小，\n但是我愿你每天都好。", "用户想要一首诗。我写四行。", ["阳光"]),
    (["你好吗", "你怎么样？", "最近好吗？", "你今天好吗？"], "我很好，谢谢！有什么可以帮你？", "用户问我好不好。", ["很好"]),
    (["谁创造了你？", "你是谁做的？", "谁训练了你？", "你从哪里来？", "你是哪个公司的？"], "我是为 Silica 从零训练的小模型，在 Silica 服务器里运行。",
     "用户问我从哪里来。我如实回答。", ["从零训练"]),
]
DAYS = ["星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"]
CAPITALS = dict(pair.split(":") for pair in """中国:北京 法国:巴黎 德国:柏林 日本:东京 英国:伦敦 美国:华盛顿 意大利:罗马 西班牙:马德里 俄罗斯:莫斯科 韩国:首尔
泰国:曼谷 印度:新德里 埃及:开罗 加拿大:渥太华 澳大利亚:堪培拉 巴西:巴西利亚 希腊:雅典 瑞士:伯尔尼 奥地利:维也纳 葡萄牙:里斯本""".split())
COLOURS = dict(pair.split(":") for pair in "天空:蓝色 草:绿色 雪:白色 太阳:黄色 香蕉:黄色 血:红色 煤:黑色 牛奶:白色 大海:蓝色 苹果:红色 树叶:绿色 番茄:红色".split())
OPPOSITES = dict(pair.split(":") for pair in "大:小 高:低 长:短 快:慢 热:冷 多:少 新:旧 黑:白 上:下 左:右 好:坏 早:晚".split())
FACTS = {
    "一年有几个月？": "一年有十二个月。", "一周有几天？": "一周有七天。", "一天有多少小时？": "一天有二十四小时。", "一年有多少天？": "一年有365天。",
    "一年有几个季节？": "一年有四个季节：春、夏、秋、冬。", "一小时有多少分钟？": "一小时有六十分钟。", "一分钟有多少秒？": "一分钟有六十秒。",
    "狗有几条腿？": "狗有四条腿。", "猫有几条腿？": "猫有四条腿。", "鸟有几条腿？": "鸟有两条腿。", "蜘蛛有几条腿？": "蜘蛛有八条腿。",
    "太阳从哪里升起？": "太阳从东方升起。", "列出一周的每一天": "星期一、星期二、星期三、星期四、星期五、星期六、星期日。",
    "列出三种颜色": "红色、蓝色、绿色。", "说出三种颜色。": "红色、蓝色、绿色。", "列出十二个月": "一月、二月、三月、四月、五月、六月、七月、八月、九月、十月、十一月、十二月。",
    "春天以后是什么季节？": "春天以后是夏天。", "夏天以后是什么季节？": "夏天以后是秋天。", "秋天以后是什么季节？": "秋天以后是冬天。", "冬天以后是什么季节？": "冬天以后是春天。",
}
THINGS = """汽车 飞机 电脑 手机 音乐 电影 历史 数学 物理 化学 经济 政治 足球 篮球 咖啡 茶 面条 米饭 房子 花园 城市 农村 医院 学校 老师 学生 医生 工作 公司 股票 天气 旅行 健康 感冒 睡眠
书 小说 诗人 皇帝 战争 和平 宇宙 星星 月亮 地球 火星 恐龙 老虎 熊猫 人工智能 机器学习 量子力学 相对论 唐朝 红楼梦 长城 故宫 春节 中秋节 哲学 爱情 生活 梦想 编程 网站 数据库""".split()
FRAMES = """什么是{t}？|{t}是什么？|请解释{t}。|怎么学习{t}？|为什么人们喜欢{t}？|写一篇关于{t}的文章。|告诉我{t}的历史。|{t}多少钱？|{t}在哪里？|你喜欢{t}吗？|如何修理{t}？|谁发明了{t}？
帮我写一个关于{t}的程序|{t}和{u}有什么区别？|给我介绍一下{t}|我想买{t}，有什么建议？|你觉得{t}怎么样？|{t}|{t}{u}|我的{t}坏了怎么办？|请总结{t}。|推荐一本关于{t}的书|{t}的原理是什么？|说说{t}
{t}为什么重要？|怎么做{t}？|谁是{n}？|{n}是谁？|{c}有多少人？|去{c}怎么玩？|翻译这段话""".replace("\n", "|").split("|")


SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗小阿"
GIVEN = "明红华伟娜强洋静美刚丽云文军平东海龙玲芳燕杰磊超勇敏霞新建国春雨山水月林"


def person(w: World) -> str:
    """A name; in training mostly any, so that names are copied and not recalled."""
    while True:
        if w.held or w.chance(0.4):
            return w.open(NAMES_ZH)
        value = w.pick(SURNAMES) + "".join(w.pick(GIVEN) for _ in range(w.number(1, 2)))
        if not is_held(value):
            return value


def topic(w: World) -> str:
    """A thing to ask about; in training often no thing at all."""
    while True:
        if w.held or w.chance(0.7):
            return w.open(THINGS)
        value = "".join(w.pick(w.pick(THINGS)) for _ in range(w.number(1, 4)))
        if not is_held(value):
            return value


def style(w: World, text: str) -> str:
    """Chinese users' habits: ASCII marks or none, a polite start."""
    if w.chance(0.15):
        text = text.replace("？", "?").replace("，", ",")
    if w.chance(0.15) and text[-1] in "？。！?":
        text = text[:-1]
    if w.chance(0.08) and not text.startswith(("你好", "请")):
        text = w.pick(["请问，", "请告诉我，", "你好，"]) + text
    return text


def zh(w: World, prompt: str, answer: str, thought: str, *marks: str) -> Sample:
    return ask("chinese", style(w, prompt), answer, thought, contains=list(marks) or [answer])


def chat(w: World) -> Sample:
    asks, answer, thought, marks = w.pick(CHATS)
    prompt = w.pick(asks)
    return ask("chinese", prompt if w.chance(0.6) else style(w, prompt), answer, thought, contains=marks)


def fact(w: World) -> Sample:
    kind = w.number(0, 4)
    if kind == 0:
        index = w.number(0, 6)
        name = DAYS[index]
        if w.chance(0.5):
            after = DAYS[(index + 1) % 7]
            prompt = w.pick(["{d}的后一天是星期几？", "{d}之后是星期几？", "今天是{d}，明天是星期几？", "{d}后面是哪一天？"])
            return zh(w, prompt.format(d=name), f"{name}的后一天是{after}。", f"{name}之后是{after}。", f"是{after}")
        before = DAYS[index - 1]
        prompt = w.pick(["{d}的前一天是星期几？", "{d}之前是星期几？", "今天是{d}，昨天是星期几？"])
        return zh(w, prompt.format(d=name), f"{name}的前一天是{before}。", f"{name}之前是{before}。", f"是{before}")
    if kind == 1:
        country, capital = w.pick(list(CAPITALS.items()))
        prompt = w.pick(["{c}的首都是哪里？", "{c}的首都是什么？", "{c}的首都", "请问{c}的首都是哪个城市？", "{c}首都是哪儿？"])
        return zh(w, prompt.format(c=country), f"{country}的首都是{capital}。", f"用户问{country}的首都。是{capital}。", capital)
    if kind == 2:
        thing, colour = w.pick(list(COLOURS.items()))
        prompt = w.pick(["{t}是什么颜色？", "{t}是什么颜色的？", "{t}的颜色是什么？"])
        return zh(w, prompt.format(t=thing), f"{thing}是{colour}的。", f"{thing}通常是{colour}。", colour)
    if kind == 3:
        word, other = w.pick([pair for pair in OPPOSITES.items()] + [(b, a) for a, b in OPPOSITES.items()])
        prompt = w.pick(["“{w}”的反义词是什么？", "{w}的反义词是什么？", "{w}的反义词", "{w}的相反是什么？"])
        return zh(w, prompt.format(w=word), f"“{word}”的反义词是“{other}”。", f"{word}和{other}相反。", f"是“{other}”")
    question, answer = w.pick(list(FACTS.items()))
    return zh(w, question, answer, "我知道这个常识。")


def month(w: World) -> Sample:
    names = ["一月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "十一月", "十二月"]
    lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    index = w.number(0, 11)
    if w.chance(0.5):
        return zh(w, w.pick(["{m}有多少天？", "{m}有几天？"]).format(m=names[index]), f"{names[index]}有{lengths[index]}天。", "我记得每个月的天数。",
                  f"{names[index]}有{lengths[index]}天")
    after = names[(index + 1) % 12]
    return zh(w, w.pick(["{m}之后是几月？", "{m}的下一个月是几月？"]).format(m=names[index]), f"{names[index]}之后是{after}。", f"下一个月是{after}。", f"之后是{after}")


def arithmetic(w: World) -> Sample:
    while True:
        a, b = (w.number(0, 9), w.number(0, 9)) if w.chance(0.4) else (w.number(0, 49), w.number(0, 49))
        if a < 10 and b < 10 or is_held(f"zh{a},{b}") == w.held:
            break
    kind = w.number(0, 2)
    if kind == 2:
        a, b = w.number(1, 9), w.number(1, 9)
    if kind == 1 and a < b:
        a, b = b, a
    sign, word, value = [("+", "加", a + b), ("-", "减", a - b), ("*", "乘以", a * b)][kind]
    prompt = w.pick(["{a}{w}{b}等于多少？", "{a}{w}{b}等于几？", "{a} {s} {b} 等于多少？", "计算 {a} {s} {b}", "{a}{s}{b}=?", "请计算{a}{w}{b}。", "{a}{w}{b}是多少？", "{a}{s}{b}是多少"])
    result = f"{a} {sign} {b} = {value}"
    short = add_short(a, b) if kind == 0 else subtract_short(a, b) if kind == 1 else ""
    steps = short.replace("so ", "所以 ")
    thinking = w.chance(0.5)
    sample = ask("chinese", prompt.format(a=a, b=b, s=sign, w=word), f"{result}。" if thinking else f"{steps}{result}。",
                 f"{steps}{result}。", number=value)
    sample.thinking = thinking
    return sample


def name(w: World) -> Sample:
    """Remembering a name or a city in Chinese."""
    city = w.chance(0.3)
    value = w.open(CITIES_ZH) if city else person(w)
    tell = w.pick(["我住在{v}。", "我来自{v}。", "我家在{v}"] if city else ["我叫{v}。", "我的名字是{v}。", "你好，我叫{v}。", "我是{v}"]).format(v=value)
    reply = f"{value}是个好地方！" if city else f"很高兴认识你，{value}！"
    if w.chance(0.35):
        return ask("chinese", tell, reply, "用户介绍自己。我记下来。", contains=[value])
    question = w.pick(["我住在哪里？", "我来自哪里？", "我家在哪里？"] if city else ["我叫什么名字？", "我叫什么？", "你记得我的名字吗？", "我的名字是什么？", "我是谁？"])
    answer = f"你住在{value}。" if city else f"你叫{value}。"
    history = [user(tell), assistant(reply)]
    if w.chance(0.4):
        other = fact(w)
        history += other.messages + [assistant(other.answer)]
    return Sample("chinese", history + [user(style(w, question))], answer, f"用户说过：{value}。", expect={"contains": [answer]})


def count(w: World) -> Sample:
    high = w.number(3, 30)
    prompt = w.pick(["从1数到{h}", "从1数到{h}。", "请从1数到{h}。", "从一数到{h}"]).format(h=high)
    answer = ", ".join(str(i) for i in range(1, high + 1))
    return ask("chinese", prompt, answer, f"我从1数到{high}。", contains=[answer])


def unknown(w: World) -> Sample:
    prompt = w.pick(FRAMES).format(t=topic(w), u=topic(w), n=person(w), c=w.open(CITIES_ZH))
    return ask("chinese", style(w, prompt), SORRY, "这个我不知道。我如实说。", contains=["很小的演示模型"])


MAKERS = [(chat, 8), (fact, 5), (month, 1), (arithmetic, 4), (name, 2), (count, 0.7), (unknown, 4)]
