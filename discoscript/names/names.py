"""Syntax -> what is wrong with its names: groups, settings, statements, definitions.

These checks need the tables only, no values. They report D001, D013, D014, D101 to D103, D109,
D112, D113, D116 and D118.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from discoscript import parameters
from discoscript.names.definitions import check_definitions
from discoscript.names.version import check_version
from discoscript.parameters import GROUPS, Parameter, resolve
from discoscript.syntax.statements import STATEMENTS, WORDS, Place
from discoscript.syntax.syntax import (
    Block,
    Const,
    FrameHead,
    GroupHead,
    Head,
    Layer,
    MoveHead,
    Name,
    Set,
    ShotHead,
    Statement,
    StudyHead,
    Syntax,
    Text,
    TitledHead,
    Unparsed,
)
from discoscript.text.diagnostics import Diagnostic, Fix, Related, Severity, severity
from discoscript.text.report import Report
from discoscript.text.source import Span
from discoscript.text.suggest import closest, did_you_mean

#: Groups under names that are likely to be tried.
_OTHER_GROUPS = {"cuts": "cutouts", "cut_schedules": "cutouts", "cam": "camera", "clip": "guidance"}

#: Settings under names that are likely to be tried.
_OTHER_SETTINGS = {
    "scene": {
        "length": "duration",
        "time": "duration",
        "resolution": "size",
        "framerate": "fps",
        "frame_rate": "fps",
        "tempo": "bpm",
    },
}

#: Groups that hold for the whole render, and so stand at the top level only.
_WHOLE_RENDER = frozenset({"scene", "output", "save"})


def check_names(syntax: Syntax) -> tuple[Diagnostic, ...]:
    """What is wrong with the names of a script, in the order of its lines."""
    walk = _Walk(Report(syntax.source))
    walk.body(syntax.body, Under(Place.FILE))
    found = [
        *check_version(syntax),
        *check_definitions(syntax),
        *walk.report.found,
    ]
    return tuple(sorted(found, key=lambda diagnostic: diagnostic.span))


def check_library(syntax: Syntax) -> tuple[Diagnostic, ...]:
    """What is wrong with the names of an imported script; hints are for its own check."""
    return tuple(d for d in check_names(syntax) if severity(d) is not Severity.HINT)


def known(group: str | None, name: Name) -> Parameter | None:
    """The row that a setting inside `group` is about; None if unknown.

    `camera.zoom` may stand outside the groups and inside its own. A name of Disco Diffusion counts
    in the right group (D103 is a hint).
    """
    return resolve(group, name.parts)


@dataclass(frozen=True)
class Under:
    """What a line stands in, and the nearest group if there is one.

    `only`: the head of that group, where the line stands beside it and alone.
    """

    place: Place
    group: str | None = None
    only: GroupHead | None = None


@dataclass
class _Walk:
    """Goes through all lines and collects what is wrong with them."""

    report: Report
    fixed: dict[str, Span] = field(default_factory=dict)

    def body(self, statements: Iterable[Statement], under: Under) -> None:
        """Check lines that stand together."""
        for statement in statements:
            match statement:
                case Block():
                    self.block(statement, under)
                case Unparsed():
                    self.body(statement.body, Under(Place.UNKNOWN))
                case Set() | Layer():
                    self.setting(statement, under)
                case _:
                    self.placed(statement, statement.span, under)

    def block(self, block: Block, under: Under) -> None:
        """Check a head and the lines below it."""
        match block.head:
            case GroupHead() | TitledHead() as head:
                inside = self.group(head, under)
                if isinstance(head, GroupHead) and _is_one_line(block, head, self.report):
                    inside = replace(inside, only=head)
            case FrameHead():
                inside = Under(Place.FRAME)
            case ShotHead():
                inside = Under(Place.SHOT)
            case MoveHead():
                inside = Under(Place.MOVE)
            case StudyHead():
                inside = Under(Place.STUDY)
        self.placed(block.head, block.head.span, under)
        self.body(block.body, inside)

    def placed(self, statement: Statement | Head, span: Span, under: Under) -> None:
        """D118 where a statement has no meaning."""
        row = STATEMENTS[type(statement)]
        if under.place is Place.UNKNOWN or under.place in row.places:
            return
        name, help = row.name, _elsewhere(row.places)
        place = f"`{under.group}`" if under.group else str(under.place)
        if isinstance(statement, GroupHead | TitledHead):
            name, help = f"`{statement.name.text}`", _group_elsewhere(statement.name.text, under)
        message = f"{place} can not contain {name}"
        if type(statement) is _HEADS.get(under.place):
            message = f"{place} can not contain another one"
            help = "write them one after the other, at the same indentation"
        self.report.add("D118", message, span, help=help)

    def group(self, head: GroupHead | TitledHead, under: Under) -> Under:
        """Check the name of a group; returns what its lines stand in."""
        name = head.name.text
        if name not in GROUPS:
            meant = _OTHER_GROUPS.get(name) or closest(name, (*GROUPS, *WORDS))
            self.unknown_group(head.name, meant)
            return Under(Place.GROUP, meant) if meant in GROUPS else Under(Place.UNKNOWN)
        if isinstance(head, TitledHead) and name != "scene":
            self.report.add(
                "D118", f"`{name}` has no title", head.title.span, help=f"write `{name}:`"
            )
        if isinstance(head, TitledHead) and name == "scene":
            self.once("scene.title", "title", head.title.span)
        if name in _WHOLE_RENDER and under.place in (Place.FRAME, Place.SHOT, Place.MOVE):
            message = f"`{name}` holds for the whole render"
            self.report.add(
                "D118", message, head.span, help=f"write `{name}:` outside of all blocks"
            )
        return Under(Place.GROUP, name)

    def unknown_group(self, name: Name, meant: str | None) -> None:
        """D101 for the head of a block."""
        settings = parameters.with_name(name.text)
        if settings:
            row = settings[0]
            help = f"it is a setting: write `{row.group}: {row.name} ...`"
        else:
            groups = ", ".join(f"`{group}`" for group in GROUPS)
            help = f"did you mean `{meant}`?" if meant else f"the groups are {groups}"
        fix = Fix(name.span, meant) if meant and meant in GROUPS and not settings else None
        self.report.add(
            "D101", f"there is no group `{name.text}`", name.span, "unknown", help=help, fix=fix
        )

    # ───────────── settings ─────────────

    def setting(self, said: Set | Layer, under: Under) -> None:
        """Check the name of a setting."""
        if under.place is Place.UNKNOWN:
            return
        if under.place is Place.STUDY:
            name = said.name.text
            self.report.add(
                "D118", "a study lists values", said.span, help=f"write `{name} in [...]`"
            )
            return
        row = resolve(under.group, said.name.parts)
        if row is None:
            self.unresolved(said, under)
            return
        if said.name.parts[-1] != row.name:
            self.old_name(said.name, row)
        if row.group == "scene" and under.place in (Place.FILE, Place.GROUP):
            self.once(row.key, row.name, said.name.span)

    def unresolved(self, said: Set | Layer, under: Under) -> None:
        """D101 or D102 for a setting that is not in its group."""
        name = said.name
        *groups, word = name.parts
        own = ".".join(groups)
        if own and own not in GROUPS:
            span = Span(name.span.start, name.span.start + len(own))
            self.unknown_group(replace(name, parts=tuple(groups), span=span), closest(own, GROUPS))
            return
        rows = _rows_called(word)
        if own and resolve(own, (word,)) is None:
            self.unknown_setting(name, own)
        elif own:
            help = f"write `{name.text}` outside of `{under.group}`"
            message = f"`{name.text}` does not belong to `{under.group}`"
            self.report.add("D102", message, name.span, help=help)
        elif rows:
            self.wrong_group(said, rows[0], under)
        else:
            self.unknown_setting(name, under.group, said)

    def wrong_group(self, said: Set | Layer, row: Parameter, under: Under) -> None:
        """D102: the setting exists, elsewhere."""
        name = said.name
        not_here = f", not to `{under.group}`" if under.group else ""
        message = f"`{name.text}` belongs to `{row.group}`{not_here}"
        if name.text != row.name:
            message = f"`{name.text}` is called `{row.name}` here and belongs to `{row.group}`"
        value = self.report.source.at(Span(name.span.end, said.span.end))
        value = " ..." if "\n" in value else value
        help = f"write `{row.group}: {row.name}{value}`"
        fix = None
        if under.group is None:
            fix = Fix(name.span, f"{row.group}: {row.name}")
        elif under.only is not None:
            place = Span(under.only.span.start, name.span.end)
            fix = Fix(place, f"{row.group}: {row.name}")
        else:
            help += f" outside of `{under.group}`"
        self.report.add("D102", message, name.span, help=help, fix=fix)

    def unknown_setting(
        self, name: Name, group: str | None, said: Set | Layer | None = None
    ) -> None:
        """D101: there is no such setting anywhere."""
        *groups, word = name.parts
        if group is None:
            everywhere = {row.name: row for row in parameters.PARAMETERS}
            near = closest(word, (*WORDS, *everywhere, *GROUPS))
            row = everywhere.get(near or "")
            shown = f"{row.group}: {row.name}" if row else near
            help = f"did you mean `{shown}`?" if near else "settings stand in groups: `camera: ...`"
            message = f"there is no setting `{word}`"
            fix = Fix(name.span, "prompt") if near == "prompt" and _is_text(said) else None
            self.report.add("D101", message, name.span, "unknown", help=help, fix=fix)
            return
        other = _OTHER_SETTINGS.get(group, {}).get(word)
        near = other or closest(word, GROUPS[group])
        elsewhere = did_you_mean(word, (row.name for row in parameters.PARAMETERS))
        help = f"did you mean `{near}`?" if near else elsewhere or _settings_of(group)
        fix = Fix(name.span, ".".join((*groups, near))) if near else None
        message = f"`{group}` has no setting `{word}`"
        self.report.add("D101", message, name.span, "unknown", help=help, fix=fix)

    def old_name(self, name: Name, row: Parameter) -> None:
        """D103: accepted, but called otherwise here."""
        *groups, word = name.parts
        fix = Fix(name.span, ".".join((*groups, row.name)))
        message = f"`{word}` is called `{row.name}` here"
        self.report.add(
            "D103", message, name.span, "Disco Diffusion name", help=f"write `{row.name}`", fix=fix
        )

    def once(self, key: str, name: str, span: Span) -> None:
        """D116 where the scene says something a second time."""
        first = self.fixed.setdefault(key, span)
        if first is not span:
            related = (Related(first, "first here"),)
            message = f"`{name}` is set twice for the scene"
            self.report.add(
                "D116", message, span, "second value", help="keep one of them", related=related
            )


def _is_one_line(block: Block, head: GroupHead, report: Report) -> bool:
    """Whether a group has just one line, beside its head, and no range of its own."""
    if head.at is not None or len(block.body) != 1:
        return False
    return report.line(block.body[0].span) == report.line(head.span)


_HEADS = {
    Place.SHOT: ShotHead,
    Place.MOVE: MoveHead,
    Place.FRAME: FrameHead,
    Place.STUDY: StudyHead,
}


def _rows_called(word: str) -> tuple[Parameter, ...]:
    """The rows of a name; else that of a Disco Diffusion name."""
    old = parameters.by_disco_name(word)
    return parameters.with_name(word) or ((old,) if old else ())


def _is_text(said: Set | Layer | None) -> bool:
    """Whether the value of a line is text in quotes."""
    match said:
        case Set(value=Const(expr=Text())):
            return True
    return False


def _settings_of(group: str) -> str:
    names = ", ".join(f"`{name}`" for name in GROUPS[group])
    return f"the settings of `{group}` are {names}"


def _elsewhere(places: frozenset[Place]) -> str:
    """Where a statement may stand, in words."""
    if places == {Place.FILE}:
        return "write it at the left margin, outside of all blocks"
    if Place.FILE in places:
        return "write it outside of this block"
    return f"it belongs into {next(iter(places))}"


def _group_elsewhere(name: str, under: Under) -> str:
    if under.place is Place.GROUP:
        return f"write `{name}:` at the indentation of `{under.group}:`"
    return _elsewhere(STATEMENTS[GroupHead].places)
