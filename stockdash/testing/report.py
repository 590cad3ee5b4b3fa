"""What a check of an indicator tells: findings, verdicts and figures, as values that can be kept as JSON."""

import json
from dataclasses import asdict, dataclass, replace
from typing import Literal, get_args

from pydantic import TypeAdapter, ValidationError

from stockdash.errors import InvalidInputError

Check = Literal["widgets", "parameters", "answer", "input", "determinism", "warm-up", "repainting", "pickling", "cost"]
CHECKS: tuple[Check, ...] = get_args(Check)
Verdict = Literal["clean", "visible", "last bars", "whole window", "unknown"]

KIT = 1  # grows when a check changes, so that verdicts kept from an earlier kit are computed anew


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that breaks the contract: which check, with which parameters or bars, and what happened."""

    check: Check
    where: str
    message: str


@dataclass(frozen=True, slots=True)
class Repainting:
    """Whether values that were once shown change when later bars arrive.

    Attributes
    ----------
    verdict : ``unknown`` only where the indicator could not be run at all; ``visible`` where it says of itself that
        it depends on what is in sight.
    bars : how many of the latest bars change, at most, where the verdict is ``last bars``; 0 otherwise.
    where : the parameters or bars that show it; empty when clean.
    """

    verdict: Verdict = "unknown"
    bars: int = 0
    where: str = ""

    @property
    def text(self) -> str:
        """The verdict in words, for a badge."""
        if self.verdict == "last bars":
            return f"repaints the last {self.bars} bars" if self.bars > 1 else "repaints the last bar"
        texts = {"whole window": "repaints the whole window", "visible": "of the visible range"}
        return texts.get(self.verdict, self.verdict)


@dataclass(frozen=True, slots=True)
class History:
    """How far back a value reaches, with the default parameters.

    Attributes
    ----------
    bars : from so many bars on, values stay within 0.1 % of those on any longer history; None if that never holds, 0
        where only what is visible counts.
    anchored : values depend on the very first bar, as those of a running total do.
    """

    bars: int | None = None
    anchored: bool = False

    @property
    def text(self) -> str:
        """The dependence in words, for a badge."""
        if self.anchored:
            return "depends on the first bar"
        if self.bars == 0:
            return "needs no history"
        return "unknown" if self.bars is None else f"settles after {self.bars} bar{'s' * (self.bars != 1)}"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one bar takes: processor time in microseconds and the peak of the memory in bytes, with the defaults."""

    microseconds_per_bar: float = 0.0
    bytes_per_bar: float = 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a check of one indicator found.

    Attributes
    ----------
    findings : what breaks the contract; none means the indicator is all right.
    accepted : findings of the checks that the caller accepts.
    kit : the version of the checks.
    """

    indicator_id: str
    name: str
    package: str = ""
    version: str = ""
    findings: tuple[Finding, ...] = ()
    accepted: tuple[Finding, ...] = ()
    repainting: Repainting = Repainting()
    history: History = History()
    cost: Cost = Cost()
    kit: int = KIT

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that found something, in the order of the contract."""
        return tuple(check for check in CHECKS if any(finding.check == check for finding in self.findings))

    def assert_ok(self) -> None:
        """Raise an `AssertionError` that lists every finding, unless there is none."""
        if not self.ok:
            raise AssertionError(self.text())

    def text(self) -> str:
        """Give the report as lines to read."""
        package = f" of {self.package} {self.version}".rstrip() if self.package else ""
        head = f"{self.name} ({self.indicator_id}){package}: {'ok' if self.ok else 'breaks ' + ', '.join(self.failed)}"
        facts = f"  {self.repainting.text}; {self.history.text}; {self.cost.microseconds_per_bar:.2f} µs a bar"
        found = (f"  {finding.check}, {finding.where}: {finding.message}" for finding in self.findings)
        return "\n".join((head, facts, *found))

    def of_package(self, package: str, version: str) -> "Report":
        """Give the same report with the package written into it."""
        return replace(self, package=package, version=version)

    def to_json(self) -> str:
        """Give the report as one line of JSON, with `ok` for readers that want no more."""
        return json.dumps({"ok": self.ok, **asdict(self)}, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Report":
        """Read what `to_json` wrote.

        Raises
        ------
        InvalidInputError
            The text is no such report.
        """
        try:
            return _READER.validate_json(text)
        except ValidationError as exc:
            raise InvalidInputError(f"Expected a report as Report.to_json writes it, got {text[:80]!r}.") from exc


_READER = TypeAdapter(Report)
