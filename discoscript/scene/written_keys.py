"""`[0: 1, 24: 1.05 ease out]` -> a path through keys."""

from collections.abc import Sequence
from dataclasses import dataclass

from discoscript.expressions.quantity import Quantity
from discoscript.scene.amounts import NUMERIC, Amounts, accepted
from discoscript.scene.placing import Surroundings, Timeline
from discoscript.scene.plain_points import PlainPoints
from discoscript.scene.scene import Ease, Path, Point
from discoscript.scene.written_curves import WrittenCurves, plain_curve
from discoscript.scene.written_line import Line
from discoscript.syntax.plain_keys import PlainKeys
from discoscript.syntax.syntax import Expr, Key, Listed
from discoscript.text.diagnostics import Related
from discoscript.text.report import Report


@dataclass(frozen=True)
class WrittenKeys:
    """Reads lists of keys on one timeline."""

    amounts: Amounts
    timeline: Timeline
    report: Report

    @property
    def curves(self) -> WrittenCurves:
        """Reads what follows `ease`."""
        return WrittenCurves(self.amounts, self.report)

    def are_keys(self, line: Line, listed: Listed) -> bool:
        """Whether every entry has a time (D209)."""
        if isinstance(listed.entries, PlainKeys):
            return True
        plain = [entry for entry in listed.entries if not isinstance(entry, Key)]
        if listed.entries and not plain:
            return True
        if len(plain) < len(listed.entries):
            self.report.add(
                "D209",
                "this list mixes keys (`0: 1`) with plain values",
                plain[0].span,
                "plain value",
                help="give every entry a time",
            )
        else:
            self.report.add(
                "D209",
                f"`{line.name}` takes one value, or keys with their times",
                listed.span,
                help=f"give every entry a time: `{line.name} [0: 1, 24: 1.05]`",
            )
        return False

    def path(self, line: Line, listed: Listed, here: Surroundings) -> Path | None:
        """The keys in the order of their frames; None after reporting what is wrong with one."""
        inside = self._origin(line, here)
        default = self.curves.read(line.when.ease)
        if inside is None or default is None:
            return None
        if isinstance(listed.entries, PlainKeys):
            plain = self._plain(listed.entries, line, inside, default)
            if plain is not None:
                return self._path(plain, line, here)
        points = [self._key(key, line, inside, default) for key in listed.entries]
        good = [point for point in points if point is not None]
        if len(good) < len(points) or not self._distinct(good):
            return None
        return self._path(tuple(sorted(good, key=lambda point: point.frame)), line, here)

    def _path(self, points: Sequence[Point], line: Line, here: Surroundings) -> Path:
        window = here.window(points[0].frame, max(points[-1].frame, points[0].frame + 1))
        return Path(points, False, window, line.mark)

    def _plain(
        self, keys: PlainKeys, line: Line, here: Surroundings, default: Ease
    ) -> PlainPoints | None:
        """The points of plain keys; None where something is wrong, or out of the ordinary."""
        columns = keys.columns
        quantity = Quantity.PERCENT if columns.percents else Quantity.NUMBER
        names = dict.fromkeys(columns.curves)
        curves = {name: default if name == "" else plain_curve(name) for name in names}
        at = self.timeline.plain_keys(columns.frames, here)
        if line.row.kind not in NUMERIC or quantity not in accepted(line.row) or at is None:
            return None
        known = [curve for curve in curves.values() if curve is not None]
        if len(known) < len(curves):
            return None
        numbers = {name: number for number, name in enumerate(names)}
        kinds = tuple(numbers[name] for name in columns.curves)
        return PlainPoints(at, columns.values, tuple(known), kinds, quantity, keys)

    def _origin(self, line: Line, here: Surroundings) -> Surroundings | None:
        """Keys with a time of their own count from it."""
        return here if line.when.at is None else self.timeline.nested(line.when.at, here)

    def _key(self, key: Key | Expr, line: Line, here: Surroundings, default: Ease) -> Point | None:
        assert isinstance(key, Key)
        frame = self.timeline.key(key.time, here)
        amount = self.amounts.read(key.value, line.row)
        ease = self.curves.read(key.ease) if key.ease else default
        if frame is None or amount is None or ease is None:
            return None
        return Point(frame, amount, ease, key.time.span)

    def _distinct(self, points: list[Point]) -> bool:
        seen: dict[int, Point] = {}
        for point in points:
            if point.frame in seen:
                self.report.add(
                    "D304",
                    f"two keys at {self.timeline.what} {point.frame}",
                    point.span,
                    "second key",
                    help=f"keep one; for a jump write two journeys that meet at {point.frame}",
                    related=(Related(seen[point.frame].span, "first key"),),
                )
                return False
            seen[point.frame] = point
        return True
