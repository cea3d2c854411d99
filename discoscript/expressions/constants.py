"""Numbers that can be computed without knowing the scene."""

from fractions import Fraction

import numpy as np

from discoscript.expressions.expressions import Clock, evaluate, names_in
from discoscript.expressions.functions import CLOCKS
from discoscript.expressions.lets import Lets
from discoscript.syntax.syntax import Expr

NEED_A_SCENE = frozenset({*CLOCKS, "fps", "start", "end"})


def constant(expr: Expr, lets: Lets) -> float | None:
    """The value of an expression that was found to be a number; None if it needs the scene."""
    needed = {name: lets.exprs[name] for name in lets.needed(expr)}
    for part in (expr, *needed.values()):
        if any(name.text in NEED_A_SCENE for name in names_in(part)):
            return None
    clock = Clock(np.zeros(1), Fraction(1), 0, 1, (0, 1))
    return float(np.ravel(evaluate(expr, needed, clock))[0])
