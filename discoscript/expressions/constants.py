"""Numbers that can be computed without knowing the scene."""

from fractions import Fraction

import numpy as np

from discoscript.expressions.expressions import Clock, evaluate, nodes_of, written_number
from discoscript.expressions.functions import CLOCKS, FUNCTIONS
from discoscript.expressions.lets import Lets
from discoscript.syntax.syntax import Call, Duration, Expr, Name, Rate

NEED_A_SCENE = frozenset({*CLOCKS, "fps", "start", "end"})


def constant(expr: Expr, lets: Lets) -> float | None:
    """The value of an expression that was found to be a number; None if it needs the scene."""
    literal = written_number(expr)
    if literal is not None:
        return literal
    needed = {name: lets.exprs[name] for name in lets.needed(expr)}
    for part in (expr, *needed.values()):
        if any(_needs_a_scene(node, lets) for node in nodes_of(part)):
            return None
    clock = Clock(np.zeros(1), Fraction(1), 0, 1, (0, 1))
    return float(np.ravel(evaluate(expr, needed, clock))[0])


def _needs_a_scene(node: Expr, lets: Lets) -> bool:
    """Whether a part of an expression has no value outside of a scene: a clock, a mark, beats."""
    match node:
        case Call():
            return FUNCTIONS[node.function.text].now
        case Duration() | Rate():
            return node.unit == "b"
        case Name():
            return node.text in NEED_A_SCENE or node.text in lets.marks
    return False
