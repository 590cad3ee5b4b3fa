"""What is proved of each installed indicator: the conformance kit's answers, kept and put into words for analysts.

`checking` computes them in a process of its own, `kept` keeps them as files beside the store.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from stockdash.testing import Finding, Report

Level = Literal["clean", "visible", "last bars", "whole window", "failed", "not yet", "off"]

_MARK = "⟲"
_BADGES: dict[Level, str] = {
    "clean": "never repaints",
    "visible": "of the visible range",
    "whole window": f"{_MARK} repaints",
    "failed": "check failed",
    "not yet": "not checked yet",
    "off": "not checked",
}
_SENTENCES: dict[Level, str] = {
    "clean": "Checked: never repaints. What it shows for a closed bar stays as it is when later bars arrive.",
    "visible": "Of the visible range: computed from the bars in sight, so it changes as you zoom, and says so.",
    "whole window": "Repaints the whole window: its past is drawn anew with every bar, so history proves nothing.",
    "not yet": "Not checked yet: whether it repaints is found out in the background.",
    "off": "Not checked: the setting STOCKDASH_CHECK_PLUGINS is off.",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of one indicator.

    Attributes
    ----------
    level : the headline: whether it repaints, or why that is not known.
    bars : how many of the latest bars change as later ones arrive, where the level is ``last bars``.
    where : the parameters or the bars that show it; empty for the usual ones.
    history : bars after which a value no longer depends on when the history starts; None if not known.
    anchored : values depend on the very first bar.
    breaches : what else of the contract it breaks.
    reason : why the check failed.
    """

    level: Level = "not yet"
    bars: int = 0
    where: str = ""
    history: int | None = None
    anchored: bool = False
    breaches: "tuple[Finding, ...]" = ()
    reason: str = ""

    @property
    def repaints(self) -> bool:
        """Whether values change that were once shown."""
        return self.level in ("last bars", "whole window")

    @property
    def badge(self) -> str:
        """The headline in a few words."""
        if self.level == "last bars":
            return f"{_MARK} repaints {_bars(self.bars)}"
        return _BADGES[self.level]

    @property
    def warning(self) -> str:
        """What a legend has to say: that it repaints, else nothing."""
        return f"{_MARK} repaints" if self.repaints else ""

    @property
    def text(self) -> str:
        """Everything in sentences, for a tooltip."""
        return " ".join(part for part in (self._headline, self._dependence, self._faults) if part)

    @property
    def _headline(self) -> str:
        if self.level == "failed":
            return f"The check failed: {self.reason.rstrip('.')}."
        told = _SENTENCES.get(self.level) or (
            f"Repaints the last {_bars(self.bars)}: what it shows there may still change as later bars arrive."
        )
        return f"{told} Seen {_seen(self.where)}." if self.repaints and self.where else told

    @property
    def _dependence(self) -> str:
        if self.anchored:
            return "Its values depend on the first stored bar, so they differ where less history is stored."
        if self.history is None or self.history <= 1:
            return ""
        return f"Values are settled after {_bars(self.history)} of history."

    @property
    def _faults(self) -> str:
        checks = dict.fromkeys(found.check for found in self.breaches)
        return f"Breaks its contract: {', '.join(checks)}." if checks else ""


def of_report(report: "Report") -> Verdict:
    """Give the verdict that a conformance report amounts to."""
    told = report.repainting
    level: Level = "failed" if told.verdict == "unknown" else told.verdict
    return Verdict(
        level,
        bars=told.bars,
        where="" if told.where == "daily bars" else told.where,
        history=report.history.bars,
        anchored=report.history.anchored,
        breaches=tuple(found for found in report.findings if found.check != "repainting"),
        reason="it can't be run with its defaults" if level == "failed" else "",
    )


def failed(reason: str) -> Verdict:
    """Give the verdict of a check that could not be finished."""
    return Verdict("failed", reason=reason)


def _seen(where: str) -> str:
    return f"on {where}" if "bars" in where else f"with {where}"


def _bars(count: int) -> str:
    return f"{count:,} bar{'s' * (count != 1)}"
