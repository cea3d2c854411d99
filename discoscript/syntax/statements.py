"""THE table of statements: what they are called and where they may stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from discoscript.syntax import syntax


class Place(StrEnum):
    """What a line may stand in; the values are the words for messages."""

    FILE = "the script itself"
    FRAME = "`frame`"
    SHOT = "a shot"
    MOVE = "a move"
    STUDY = "a study"
    GROUP = "a group"
    UNKNOWN = "a line that was not understood"


@dataclass(frozen=True)
class StatementRow:
    """One row: `word` begins the statement, `name` is what messages call it.

    `places` is where it may stand.
    """

    word: str
    name: str
    places: frozenset[Place]
    doc: str
    example: str


_FILE = frozenset({Place.FILE})
_TIMELINE = frozenset({Place.FILE, Place.FRAME, Place.SHOT, Place.MOVE})

STATEMENTS: Mapping[type, StatementRow] = {
    syntax.Version: StatementRow(
        "disco", "the version line", _FILE, "Version of the language.", "disco 1"
    ),
    syntax.Import: StatementRow(
        "import",
        "an import",
        _FILE,
        "Bring the definitions of another script into reach.",
        'import "lib/moves.disco"',
    ),
    syntax.Let: StatementRow(
        "let",
        "a definition",
        _FILE,
        "A name for a number, a text or an expression.",
        "let speed = 4",
    ),
    syntax.Mark: StatementRow(
        "mark",
        "a mark",
        frozenset({Place.FILE, Place.SHOT}),
        "A name for a time.",
        "mark drop @ 00:01:12",
    ),
    syntax.Cut: StatementRow(
        "cut",
        "a cut",
        _TIMELINE,
        "This frame starts from nothing, like frame 0.",
        "cut @ 120",
    ),
    syntax.Use: StatementRow(
        "use",
        "`use`",
        _TIMELINE,
        "Play a move.",
        "use dolly(4) @ 0..50%",
    ),
    syntax.PromptLine: StatementRow(
        "prompt",
        "a prompt",
        _TIMELINE,
        "What to see, and how strongly.",
        'prompt "a lighthouse" 2',
    ),
    syntax.Vary: StatementRow(
        "in",
        "a list of values to try",
        frozenset({Place.STUDY}),
        "Values that a study tries.",
        "diffusion.steps in [50, 100]",
    ),
    syntax.FrameHead: StatementRow(
        "frame",
        "a frame block",
        frozenset({Place.FILE, Place.SHOT, Place.MOVE}),
        "What holds from this frame on.",
        "frame 48:",
    ),
    syntax.ShotHead: StatementRow(
        "shot",
        "a shot",
        _FILE,
        "A stretch of time that follows the shot before.",
        'shot "storm" 4s:',
    ),
    syntax.MoveHead: StatementRow(
        "move",
        "a move",
        _FILE,
        "Lines to be played in several places.",
        "move dolly(speed):",
    ),
    syntax.StudyHead: StatementRow(
        "study",
        "a study",
        _FILE,
        "One render for each combination of values.",
        "study:",
    ),
    syntax.GroupHead: StatementRow(
        "", "a group", _TIMELINE, "Settings of one group.", "camera @ 0..48:"
    ),
    syntax.TitledHead: StatementRow(
        "scene", "the scene", _FILE, "What holds for the whole render.", 'scene "title":'
    ),
}

#: Words that begin a statement or a block.
WORDS: tuple[str, ...] = tuple(
    row.word for row in STATEMENTS.values() if row.word not in ("", "in")
)
