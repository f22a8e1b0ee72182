"""The same worlds as a hypothesis strategy, which shrinks what fails to a small one."""

from hypothesis import strategies as st

from tests.oracle.world import World
from tests.worlds.build import build_world
from tests.worlds.chooser import Chooser


@st.composite
def worlds(draw: st.DrawFn) -> World:
    return build_world(Chooser(lambda low, high: draw(st.integers(low, high))))
