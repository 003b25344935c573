"""Charts of the watch that only monitoring draws: how sure AI was against how often it was right."""

from collections.abc import Sequence

from licet.flows.monitor import Group
from licet.web.charts import Chart, Frame, Line, Mark, Tick, percent

BOTTOM = 0.5
STEPS = 5


def confidence_outcome(groups: Sequence[Group]) -> Chart:
    """How often AI was right, against how sure it said it was; on the diagonal they are the same.

    Args:
        groups: of audited cases, at least one.
    """
    frame = Frame(width=400, height=280, right=22.0)
    bottom = min(BOTTOM, *(int(10 * min(g.confidence, g.low)) / 10 for g in groups), 1.0)
    span = 1.0 - bottom

    def x(value: float) -> float:
        return frame.left + (max(value, bottom) - bottom) / span * (frame.x1 - frame.left)

    def y(value: float) -> float:
        return frame.y1 - (max(value, bottom) - bottom) / span * (frame.y1 - frame.top)

    marks = [bottom + span * k / STEPS for k in range(STEPS + 1)]
    bars = tuple(Line(path=f"M{x(g.confidence):.1f} {y(g.low):.1f}V{y(g.high):.1f}", kind="bound") for g in groups)
    told = "; ".join(f"{percent(g.confidence)} sure, {percent(g.right)} right of {g.n}" for g in groups)
    return Chart(
        name="sure",
        title="Stated confidence against outcome",
        says=f"{told}.",
        frame=frame,
        x_ticks=tuple(Tick(at=x(at), says=f"{100 * at:.0f}%") for at in marks),
        y_ticks=tuple(Tick(at=y(at), says=f"{100 * at:.0f}%") for at in marks),
        x_label="how sure AI was; up: how often audits found it right",
        lines=(Line(path=f"M{x(bottom):.1f} {y(bottom):.1f}L{x(1.0):.1f} {y(1.0):.1f}", kind="same"), *bars),
        marks=tuple(Mark(x=x(g.confidence), y=y(g.right), kind="group", says="") for g in groups),
    )
