"""THE table of common slips in a line, each with what to write instead.

A row is a pattern, looked for in lines that do not parse (or, with `parses`, in lines that parse
but surely mean something else). The group `at` is the place; `write` is what should stand there.
Texts in quotes are hidden from the patterns. A new slip is a new row; the tests demand an example
of each whose correction parses.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from discoscript.parameters import GROUPS, Kind, with_name

Groups = dict[str, str]


@dataclass(frozen=True)
class Slip:
    """One row. `message`, `advice` and `write` may name groups of the pattern in braces.

    `test` must also hold for the groups. `alone` shows the advice without the corrected line.
    """

    code: str
    pattern: str
    message: str
    write: str | Callable[[Groups], str]
    advice: str = "write"
    label: str = ""
    parses: bool = False
    test: Callable[[Groups], bool] = lambda groups: True
    alone: bool = False


@dataclass(frozen=True)
class Found:
    """A slip in a line: `start` to `end` should read `write`."""

    slip: Slip
    message: str
    advice: str
    start: int
    end: int
    write: str


#: Longer lines are not searched for slips: the time that takes grows faster than the line.
LONGEST = 1000

_STRING = re.compile(r'"""(?:[^\\]|\\.)*?"""|"(?:[^"\\\n]|\\.)*"', re.DOTALL)
#: A number, not a part of a name or of another number.
_NUMBER = r"(?<!\w)(?<![0-9]\.)[0-9]+(?:\.[0-9]+)?"


def find(text: str, stop: int) -> Found | None:
    """The first slip of a line that the parser could read up to `stop`."""
    if len(text) > LONGEST:
        return None
    touching = (f for f, whole in _found(text, False) if whole.start() <= stop <= whole.end())
    return next(touching, None)


def find_in_good(text: str) -> Found | None:
    """The first slip of a line that parses."""
    if len(text) > LONGEST:
        return None
    return next((found for found, _ in _found(text, True)), None)


def hide_texts(line: str) -> str:
    """The line with something of equal length in all its quotes."""
    return _STRING.sub(lambda match: f'"{"_" * (len(match.group()) - 2)}"', line)


def _found(text: str, parses: bool) -> Iterator[tuple[Found, re.Match[str]]]:
    hidden = hide_texts(text)
    for slip in SLIPS:
        if slip.parses or not parses:
            for match in re.finditer(slip.pattern, text if slip.code == "D015" else hidden):
                groups = {name: _group(text, match, name) for name in match.groupdict()}
                if slip.test(groups):
                    yield _finding(slip, match, groups), match


def _group(text: str, match: re.Match[str], name: str) -> str:
    """A group's words, texts in quotes included."""
    return text[match.start(name) : match.end(name)] if match.start(name) >= 0 else ""


def _finding(slip: Slip, match: re.Match[str], groups: Groups) -> Found:
    write = slip.write(groups) if callable(slip.write) else slip.write.format(**groups)
    return Found(
        slip,
        slip.message.format(**groups),
        slip.advice.format(**groups),
        match.start("at"),
        match.end("at"),
        write,
    )


def _slip(code: str, pattern: str, message: str, write: str | Callable[[Groups], str]) -> Slip:
    return Slip(code, pattern, message, write)


# ───────────── what the rows compute ─────────────


def _is_group(groups: Groups) -> bool:
    """Whether a value stands where the setting of a group should."""
    return groups["name"] in GROUPS and not with_name(groups["value"])


def _is_setting(groups: Groups) -> bool:
    """A bare word after a colon is a value if a setting stands before it."""
    bare = groups["value"].isidentifier()
    return groups["name"] not in GROUPS and (not bare or bool(with_name(groups["name"])))


def _first_setting(groups: Groups) -> str:
    """`turbo: 3` -> `turbo: steps 3`, with the first setting that takes such a value."""
    number = groups["value"][0] in "-0123456789"
    kinds = (Kind.NUMBER, Kind.WHOLE) if number else (Kind.PATH, Kind.CHOICE, Kind.TEXT)
    rows = GROUPS[groups["name"]].values()
    name = next((row.name for row in rows if row.kind in kinds), next(iter(rows)).name)
    return f": {name} "


def _seconds(groups: Groups) -> str:
    return f"{float(groups['number']) * 60:g}s"


def _clock(groups: Groups) -> str:
    return f"00:{int(groups['minutes']):02}:{groups['seconds']}"


def _keys(groups: Groups) -> str:
    """A Disco Diffusion keyframe string as keys."""
    keys = re.findall(r"([0-9]+)\s*:\s*\(\s*([^)]*?)\s*\)", groups["at"])
    return "[" + ", ".join(f"{frame}: {value}" for frame, value in keys) + "]"


def _lines(groups: Groups) -> str:
    """A line that says two things, as two lines."""
    return f"{groups['first'].rstrip()}` and below it `{groups['head'] or ''}{groups['second']}"


def _prompts(groups: Groups) -> str:
    """`["a", "b"]` as prompts: a line for each."""
    number = groups.get("frame", "").strip('"')
    frame = f"frame {number}: " if number.isdigit() else ""
    texts = _STRING.findall(groups["texts"])
    return "` and below it `".join(f"{frame}prompt {text}" for text in texts)


def _has_text(groups: Groups) -> bool:
    """Whether there is a text in quotes among what may be texts."""
    return _STRING.search(groups["texts"]) is not None


def _known_word(groups: Groups) -> bool:
    """Whether a word is one of this language but for its capitals."""
    return groups["at"].lower() in (*GROUPS, *_STARTS)


#: Said once for a script.
BRACES = "blocks have no braces"

#: Words that begin a statement with something after them.
_STARTS = ("prompt", "frame", "shot", "move", "use", "let", "mark", "import", "study", "cut")

_QUOTES = (("“„”", "“”"), ("«‹", "»›"), ("‘‚'`´", "’‘'`´"))

#: In the order in which they are looked for.
SLIPS: tuple[Slip, ...] = (
    # Characters that come from documents.
    *(
        Slip(
            "D006",
            rf'(?P<at>(?P<open>[{opening}])(?P<words>[^{closing}"\n]*)[{closing}])',
            "`{open}` is not the quote of this language"
            if "'" in opening
            else "`{open}` is a typographic quote",
            '"{words}"',
            advice='use the plain quote `"`:',
            label="" if "'" in opening else "copied from a document?",
        )
        for opening, closing in _QUOTES
    ),
    Slip(
        "D006",
        r"(?P<at>[\u00a0\u2000-\u200a\u202f\u3000])",
        "this space is not a plain space",
        " ",
        label="copied from a document?",
        advice="use a plain space:",
    ),
    Slip(
        "D006",
        r"(?P<at>[\u200b-\u200f\u2060\ufeff\u00ad])",
        "an invisible character stands here",
        "",
        label="copied from a document?",
        advice="delete it:",
    ),
    _slip("D006", r"(?P<at>[→⇒⟶➔➜])", "`{at}` is not an arrow of this language", "->"),
    _slip("D006", r"(?<=\S)(?P<at>\s*[…‥]\s*)", "a range is written with two dots", ".."),
    _slip("D006", r"@[^@]*?(?P<at>\s*[–—]\s*)", "a range is written with two dots", ".."),
    _slip("D006", r"(?P<at>[−–—])", "`{at}` is not a plain minus", "-"),
    _slip("D006", r"[0-9](?P<at>\s*×\s*)[0-9]", "a size is written with the letter x", "x"),
    _slip("D006", r"(?P<at>×)", "`{at}` is not used here: times is `*`", "*"),
    _slip("D006", r"[0-9](?P<at>\s*°)", "degrees are written without a sign", ""),
    # Arithmetic as elsewhere.
    _slip("D006", r"(?P<at>\^)", "a power is written `**`", "**"),
    _slip("D006", r"(?P<at>\$)", "a name has no sign before it", ""),
    _slip("D008", r"(?:^|[\s(\[,:])(?P<at>\+)(?=[0-9])", "a number has no plus sign", ""),
    _slip("D008", r"@\s*[0-9]+(?P<at>\s*,\s*)[0-9]+\s*$", "a range is written with two dots", ".."),
    _slip(
        "D008",
        (r"@\s*(?P<at>[\[(]\s*(?P<begin>[\w%]+)\s*(?:,|\.\.)\s*(?P<end>[\w%]+)\s*[\])])"),
        "a range stands in no brackets",
        "{begin}..{end}",
    ),
    _slip(
        "D008",
        r"(?:^|:\s+)[a-z][\w.]*\s+-?[0-9][0-9.]*?(?P<at>\s*\.\.\s*)-?[0-9][0-9.]*\s*(?:@|$)",
        "a journey is written with an arrow",
        " -> ",
    ),
    Slip(
        "D008",
        r"(?:^|:\s+)[a-z][\w.]*\s+-?[0-9][0-9.]*(?P<at>\s*>\s*)-?[0-9][0-9.]*\s*(?:@|$)",
        "a journey is written with an arrow",
        " -> ",
        parses=True,
    ),
    _slip(
        "D008",
        r"\s(?P<at>(?:until|till)\s+(?P<end>[\w.%]+))",
        "a range is written `@ a..b`",
        "@ 0..{end}",
    ),
    Slip(
        "D008",
        r"(?:^|:\s+)(?P<at>(?P<first>[a-z]+)[ -](?P<second>[a-z]+))\s+[-0-9]",
        "the parts of a name are joined with `_`",
        "{first}_{second}",
        test=lambda groups: bool(with_name(f"{groups['first']}_{groups['second']}")),
    ),
    _slip(
        "D008",
        r"@\s*\S+(?P<at>\s+)(?:linear|smooth|hold|in-out|in|out)(?:-[a-z]+)*\s*$",
        "a curve follows `ease`",
        " ease ",
    ),
    _slip("D008", r"[0-9](?P<at>,)[0-9]", "decimals are written with a point", "."),
    _slip(
        "D008",
        r"(?P<at>(?P<left>[\w.]+)\s*%\s*(?!(?:ease|fade|for)\b)(?P<right>[\w.]+))",
        "`%` is percent, not a remainder",
        "mod({left}, {right})",
    ),
    Slip(
        "D006",
        r"(?P<at>\?)",
        "`{at}` chooses nothing in this language",
        "",
        advice="write `select(condition, a, b)`",
        alone=True,
    ),
    Slip(
        "D008",
        r"(?<!\")\s(?P<at>and|or|not)\s",
        "`{at}` joins nothing in this language",
        "",
        advice="comparisons are 1 or 0: `a * b` where both hold, `max(a, b)` where one does",
        alone=True,
    ),
    # Heads and prompts as others write them.
    _slip(
        "D008",
        r"^frame\s+[\w.%]+(?P<at>\s*[,;-]\s*)(?:[a-z]\w*)\s*",
        "a block begins after a colon",
        ": ",
    ),
    _slip(
        "D008",
        r"^(?P<at>)[0-9][\w.]*\s*:\s*[a-z]",
        "what begins at a time begins with `frame`",
        "frame ",
    ),
    _slip("D008", r'^frame\s+[^:"]+:\s*(?P<at>)"', "a text is shown by `prompt`", "prompt "),
    Slip(
        "D008",
        r"^frame(?P<at>)\s*:",
        "`frame` needs a time",
        " 0",
        advice="for example",
    ),
    Slip(
        "D008",
        r"^shot(?P<at>)\s*(?:[0-9][\w.%]*\s*)?:",
        "a shot has a name",
        ' "one"',
        advice="for example",
    ),
    _slip(
        "D008",
        r'^shot\s+"_*"(?P<at>\s*(?:,|for\b|@\s*0\s*for\b)\s*)(?=[0-9])',
        "the length of a shot follows its name",
        " ",
    ),
    Slip(
        "D008",
        r'^shot\s+"_*"\s*(?P<at>@?\s*(?P<begin>[0-9]{1,6})\s*\.\.\s*(?P<end>[0-9]{1,6}))\s*:',
        "a shot has a length, and begins where the one before it ends",
        lambda groups: f"{max(int(groups['end']) - int(groups['begin']), 1)}",
    ),
    _slip(
        "D008",
        r"^(?:.*:\s+)?prompt(?P<at>\s*[:=]\s*(?P<words>[A-Za-z][^\"@:]*))$",
        "the text of a prompt stands in quotes",
        ' "{words}"',
    ),
    Slip(
        "D008",
        r'(?P<at>prompt\s+(?P<texts>"_*"(?:\s*(?:,|\+|&|and\b)\s*"_*")+))$',
        "a line holds one prompt",
        _prompts,
        test=_has_text,
    ),
    # Words and lists of other programs.
    Slip(
        "D006",
        (
            r"^(?P<at>(?:text_)?prompts?\s*[:=]?\s*\{\s*(?P<frame>\"_*\"|[0-9]+)\s*:"
            r"\s*\[?(?P<texts>\"_*\"[^}]*)\}\s*,?)$"
        ),
        "prompts stand in no braces",
        _prompts,
        test=_has_text,
    ),
    Slip(
        "D008",
        r'^(?P<at>"?(?P<frame>[0-9]+)"?\s*:\s*\[(?P<texts>[^\]]*"[^\]]*)\]?\s*,?)$',
        "prompts of a frame stand below its head",
        _prompts,
        test=_has_text,
    ),
    Slip(
        "D008",
        r'(?P<at>prompts?\s*[:=]?\s*\[(?P<texts>[^\]]*"[^\]]*)\]?)$',
        "a line holds one prompt",
        _prompts,
        test=_has_text,
    ),
    Slip(
        "D008",
        r"(?:^|(?<=: ))(?P<at>[A-Za-z]+)\b[^:]*",
        "`{at}` is written in small letters",
        lambda groups: groups["at"].lower(),
        test=lambda groups: groups["at"] != groups["at"].lower() and _known_word(groups),
    ),
    _slip(
        "D008",
        r"^(?P<at>(?:at|on|time|t|frames?\s+number)\s+)[0-9][^:]*:",
        "what begins at a time begins with `frame`",
        "frame ",
    ),
    # Comments, braces, ends of lines.
    Slip(
        "D008",
        r"(?P<at>(?P<open>//|/\*|--(?!>))\s*)(?P<words>.*)$",
        "`{open}` does not begin a comment",
        "# ",
        advice="a comment begins with `#`:",
    ),
    Slip(
        "D006",
        r"^(?P<at>[{}]\s*[;,]?)$",
        BRACES,
        "",
        advice="delete this line: a block ends where the indentation ends",
        alone=True,
    ),
    Slip(
        "D006",
        r"(?<!\s)(?P<at>(?:\s*:)?\s*\{\s*)$",
        BRACES,
        ":",
        advice="a block is a head with a colon and indented lines below it:",
    ),
    _slip(
        "D006",
        r"(?P<at>\{(?P<items>[^{}]+)\})",
        "keys stand in square brackets",
        "[{items}]",
    ),
    _slip(
        "D008",
        r"[^\w]\s*(?P<at>\((?P<items>[^()]*[0-9]\s*:[^()]*)\))",
        "keys stand in square brackets",
        "[{items}]",
    ),
    _slip("D006", r"[\[(][^\])]*(?P<at>\s*;)", "entries are set apart by commas", ","),
    Slip(
        "D008",
        (
            r"^(?P<at>(?P<first>(?P<head>(?:[a-z]+(?:\s+[0-9]\w*)?:\s+)?)[a-z][\w.]*\s[^,;\[(]*)"
            r"[,;]\s*(?P<second>[a-z][\w.]*\s+[-0-9\"].*))$"
        ),
        "a line holds one fact",
        _lines,
    ),
    Slip(
        "D008",
        r"(?P<at>\s*[;,])\s*$",
        "a line needs no mark at its end",
        "",
        advice="one fact per line:",
    ),
    Slip(
        "D008",
        r"^(?P<at>if|else|elif|while|for|repeat|loop|every|def|function|return)\b.*$",
        "there is no `{at}` in this language",
        "",
        advice="what changes is written with ranges, keys, `select(...)` and `wave(...)`",
        alone=True,
    ),
    # Prompts without quotes.
    _slip(
        "D008",
        r"""prompt\s*(?P<at>\(\s*["'](?P<words>[^"']*)["']\s*\))""",
        "`prompt` takes no parentheses",
        ' "{words}"',
    ),
    Slip(
        "D008",
        (
            r'^(?:.*:\s*)?prompt\s+(?!image\s+["\w])(?P<at>[^"\s:@=][^"@]*?)'
            r"(?=(?:\s+-?[0-9]+(?:\.[0-9]+)?)?(?:\s*@.*)?$)"
        ),
        "the text of a prompt stands in quotes",
        '"{at}"',
        test=lambda groups: not groups["at"][0].isdigit(),
    ),
    _slip(
        "D008",
        r'^(?:.*:\s*)?(?:prompt\s+image|import)\s+(?P<at>[^"\s@]+)',
        "a path stands in quotes",
        '"{at}"',
    ),
    _slip("D008", r"^shot\s+(?P<at>[A-Za-z]\w*)", "the name of a shot stands in quotes", '"{at}"'),
    _slip(
        "D008",
        r'"_*"(?P<at>\s*,?\s*(?:weight|strength)\s*[:=]?\s*)(?=[-0-9])',
        "the weight follows the text without a word",
        " ",
    ),
    # Colons and equal signs.
    Slip(
        "D015",
        r"(?:^|:\s+)[\w.]+(?P<at>\s*:?\s*[0-9]+\s*:\s*\([^\"]*\))$",
        "these are keyframes of Disco Diffusion",
        lambda groups: " " + _keys(groups),
    ),
    _slip(
        "D008",
        r"(?:^|:\s+)(?!prompt\b|let\b)[\w.]+(?P<at>\s*:?\s+(?P<items>[A-Za-z\"][\w\"/-]*(?:\s*,\s*[\w\"/-]+)+))$",
        "a list stands in square brackets",
        " [{items}]",
    ),
    _slip("D008", r'prompt(?P<at>\s*[:=]\s*)"', "`prompt` takes no mark before its text", " "),
    _slip(
        "D008",
        r'prompt\s+(?:image\s+)?"_*"(?P<at>\s*[:=,]\s*)(?=[-0-9])',
        "the weight follows the text without a mark",
        " ",
    ),
    Slip(
        "D008",
        r'(?:^|:\s)(?P<name>[\w.]+)(?P<at>\s*:\s*)(?P<value>[-0-9"\[].*|\w+)$',
        "`{name}` is a group: which setting is meant?",
        _first_setting,
        test=_is_group,
        advice="for example",
    ),
    Slip(
        "D008",
        r'(?:^|:\s+)(?P<name>[\w.]+)(?P<at>\s*:\s*)(?P<value>[-0-9"\[].*|\w+)$',
        "a value follows its setting without a colon",
        " ",
        test=_is_setting,
    ),
    _slip("D008", r"^let\s+\w+(?P<at>\s*(?::=|:)\s*)", "`let` takes `=`", " = "),
    _slip("D008", r"^let\s+\w+(?P<at>\s+)(?=[-0-9\"(A-Za-z])", "`let` takes `=`", " = "),
    _slip("D008", r"^mark\s+\w+(?P<at>\s*[=:]?\s*)(?=[-0-9])", "a mark takes `@`", " @ "),
    _slip(
        "D008",
        r"^(?:.*:\s+)?(?!let\b|move\b)[\w.]+(?P<at>\s*(?<![+*])=\s*)(?!=)",
        "a value follows its setting without `=`",
        " ",
    ),
    _slip("D008", r"^cut\s+(?P<at>)(?=[0-9])", "a cut takes `@`", "@ "),
    _slip("D008", r"@\s*(?P<at>frames?\s+)(?=[0-9])", "a frame is just its number", ""),
    _slip("D008", r"^move\s+\w+(?P<at>)\s*:", "a move has `(...)` after its name", "()"),
    _slip("D008", r"^use\s+[\w.]+(?P<at>)\s*(?=@|$)", "a move is played with `(...)`", "()"),
    # Heads.
    Slip(
        "D008",
        r"^frame\s+(?P<begin>[^.:@]+?)(?P<at>\s*(?:\.\.|\bto\b)\s*(?P<end>[^:]+?))\s*:",
        "`frame` starts at one frame and has no end",
        "",
        advice="give the range to the lines inside (`@ {begin}..{end}`) and write",
    ),
    _slip("D008", r"^frame\s*(?P<at>@\s*)", "`frame` takes no `@`", ""),
    Slip(
        "D012",
        r'^(?P<head>scene\s+"[^"]*")(?P<at>)$',
        "`{head}` needs a `:` before its first line",
        ":",
        label="put `:` here",
        parses=True,
    ),
    # Numbers and their units.
    _slip(
        "D008",
        r"\s(?P<at>[0-9]+x[0-9]+_\w+)",
        "a name that begins with a digit stands in quotes",
        '"{at}"',
    ),
    _slip("D008", r"(?P<at>\.{3,}|\.\.=)", "a range is written with two dots", ".."),
    _slip(
        "D008",
        r"(?:^|:\s+)(?:size|width_height)\s+[0-9]+(?P<at>\s*,\s*)(?=[0-9]+$)",
        "a size is written with the letter x",
        "x",
    ),
    _slip(
        "D008",
        r"\bmode\s+(?P<at>(?P<number>[23])D)\b",
        "a mode is written in small letters",
        "{number}d",
    ),
    _slip("D008", r"[0-9](?P<at>\s+x\s*|x\s+)[0-9]", "a size is written without spaces", "x"),
    Slip(
        "D008",
        r"\b(?P<at>ViT-?[A-Za-z]+[-/][0-9][\w/@-]*)",
        "a name with marks in it stands in quotes",
        '"{at}"',
        parses=True,
    ),
    Slip(
        "D008",
        rf"{_NUMBER}(?P<at>\s+/\s*|/\s+)(?=[sb]\b(?!\s*[.(=]))",
        "a unit follows its number without a space",
        "/",
        parses=True,
        test=lambda groups: not (groups["at"][0] == " " and groups["at"][-1] == " "),
    ),
    Slip(
        "D008",
        rf"{_NUMBER}(?P<at>\s*/\s*sec(?:ond)?s?)\b",
        "a speed per second is written `/s`",
        "/s",
        parses=True,
    ),
    Slip(
        "D008",
        rf"{_NUMBER}(?P<at>\s*/\s*beats?)\b",
        "a speed per beat is written `/b`",
        "/b",
        parses=True,
    ),
    _slip(
        "D008",
        rf"{_NUMBER}(?P<at>\s+)(?:ms|s|b|%)(?![\w(=])",
        "a unit follows its number without a space",
        "",
    ),
    _slip(
        "D008",
        rf"(?P<at>(?P<number>{_NUMBER})\s*(?:minutes?|mins?|m))\b",
        "minutes are written as seconds or as `00:01:30`",
        _seconds,
    ),
    _slip("D008", rf"{_NUMBER}(?P<at>\s*sec(?:ond)?s?)\b", "seconds are written `s`", "s"),
    _slip("D008", rf"{_NUMBER}(?P<at>\s*beats?)\b", "beats are written `b`", "b"),
    _slip("D008", rf"{_NUMBER}(?P<at>\s*percent)\b", "a percentage is written `%`", "%"),
    _slip("D008", rf"{_NUMBER}(?P<at>\s*f(?:r|rames?)?)\b", "frames have no unit", ""),
    _slip(
        "D008",
        rf"{_NUMBER}(?P<at>\s*(?:px|pixels?|deg|degrees?|fps|bpm|x))\b",
        "this number has no unit",
        "",
    ),
    _slip(
        "D008",
        r"(?<![:\w\[,])(?<![0-9]\.)(?P<at>(?P<minutes>[0-9]{1,2}):(?P<seconds>[0-5][0-9]))(?!:?\w)",
        "a clock time has hours, minutes and seconds",
        _clock,
    ),
    _slip(
        "D008", r"(?<![\w)\]])(?<!\w\.)(?P<at>\.)(?=[0-9])", "a number begins with a digit", "0."
    ),
    _slip("D008", r"(?<![\w.])[0-9]+(?P<at>\.)(?![\w.])", "a number ends with a digit", ""),
    # Ranges and journeys.
    _slip(
        "D008",
        r"@\s*(?P<at>from\s+(?P<begin>[-\w.%]+)\s+to\s+(?P<end>[-\w.%]+))",
        "a range is written `@ a..b`",
        "{begin}..{end}",
    ),
    _slip("D008", r"@\s*(?P<at>)\.\.", "a range has a beginning", "0"),
    Slip(
        "D007",
        r"@\s*[^@]*?(?P<at>\.\.)\s*$",
        "the statement ends too early",
        "..end",
        label="a time is missing here",
        advice='for "until the end" write',
    ),
    _slip(
        "D008",
        r"(?:^|:\s+)[\w.]+\s+(?P<at>from\s+(?P<begin>[-\w.]+)\s+(?:to|->))(?=\s)",
        "a journey is written with an arrow",
        "{begin} ->",
    ),
    _slip(
        "D008",
        r"\s(?P<at>from\s+(?P<begin>[-\w.%]+)\s+to\s+(?P<end>[-\w.%]+))",
        "a range is written `@ a..b`",
        "@ {begin}..{end}",
    ),
    _slip(
        "D008",
        r"^(?!.*@)[^@]*?(?<=\S)(?P<at>\s+)(?=[0-9][\w.%]{0,12}?\s?\.\.\s?(?:[0-9]|end\b))",
        "a range follows `@`",
        " @ ",
    ),
    _slip("D008", r"@\s*[^@]*?(?P<at>\s+to\s+)", "a range is written with two dots", ".."),
    _slip("D008", r"@\s*[\w%]+(?P<at>\s*[,:]\s*)(?=\w)", "a range is written with two dots", ".."),
    _slip("D008", r"\s(?P<at>to)\s", "a journey is written with an arrow", "->"),
    _slip("D008", r"(?P<at>=+>|-{2,}>)", "a journey is written with an arrow", "->"),
    _slip("D008", r"\s(?P<at>at|on|during|when|while)\s", "a time follows `@`", "@"),
    # Order of the parts.
    Slip(
        "D008",
        (
            r"(?P<at>(?P<ease>(?:ease\s+[a-z-]+(?:\([^)]*\))?|fade\s+\S+))\s+(?P<when>@[^@]*?))"
            r"(?=\s+(?:ease|fade)\b|\s*$)"
        ),
        "the time comes before the curve",
        "{when} {ease}",
    ),
    Slip(
        "D008",
        r"(?P<at>(?P<fade>fade\s+\S+)\s+(?P<ease>ease\s+[a-z-]+(?:\([^)]*\))?))",
        "`ease` comes before `fade`",
        "{ease} {fade}",
    ),
    _slip("D008", r"\s(?P<at>for)\s", "`for` needs a beginning", "@ 0 for"),
    _slip(
        "D008", r"\b(?P<at>ease[-_:=]\s*)(?=[a-z])", "`ease` and its curve are two words", "ease "
    ),
    _slip("D008", r"ease\s+in(?P<at>\s+)(?=out\b)", "a curve's parts are joined with `-`", "-"),
    _slip("D008", r"ease\s+[a-z]+(?P<at>_)(?=[a-z])", "a curve's parts are joined with `-`", "-"),
    Slip(
        "D015",
        (
            r"(?:^|:\s+)(?!prompt\b|shot\b|study\b|scene\b|import\b)[\w.]+\s+"
            r'(?P<at>"\s*[0-9]+\s*:\s*\([^"]*\)[^"]*")'
        ),
        "this is a Disco Diffusion keyframe string",
        _keys,
        parses=True,
    ),
)
