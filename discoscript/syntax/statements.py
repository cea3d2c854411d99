"""THE table of statements: what they are called, where they may stand, whether they are built."""

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

    `places` is where it may stand. `instead` says for statements that are not built what can be
    done in this version.
    """

    word: str
    name: str
    places: frozenset[Place]
    doc: str
    example: str
    built: bool = True
    instead: str = ""


_FILE = frozenset({Place.FILE})
_TIMELINE = frozenset({Place.FILE, Place.FRAME, Place.SHOT, Place.MOVE})
_SHOTS = "write `frame N:` blocks and ranges such as `@ 48..96`"
_MOVES = "write the lines of the move where they are needed"

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
        built=False,
        instead="copy the definitions into this script",
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
        built=False,
        instead="write the time itself",
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
        built=False,
        instead=_MOVES,
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
        built=False,
        instead="render one script for each value",
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
        built=False,
        instead=_SHOTS,
    ),
    syntax.MoveHead: StatementRow(
        "move",
        "a move",
        _FILE,
        "Lines to be played in several places.",
        "move dolly(speed):",
        built=False,
        instead=_MOVES,
    ),
    syntax.StudyHead: StatementRow(
        "study",
        "a study",
        _FILE,
        "One render for each combination of values.",
        "study:",
        built=False,
        instead="render one script for each value",
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
