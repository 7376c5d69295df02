"""What is known of a question: its estimates, its series, and whether its claims hold."""

from __future__ import annotations

import ast
import importlib
from dataclasses import dataclass, field
from typing import Any

from snippets.evidence import store
from snippets.evidence.claims import Claim
from snippets.evidence.estimates import Estimate, Series
from snippets.evidence.fingerprint import key
from snippets.evidence.questions import (
    PAGES,
    ROOT,
    SEEDS,
    Measurement,
    SourceError,
    measurements,
    raised,
    tree,
)


@dataclass(frozen=True)
class JudgedClaim:
    """A claim, judged.

    Args:
        claim: The claim.
        estimate: What it is about, or None where that is not measured yet.
        measurement: What measures it.
    """

    claim: Claim
    estimate: Estimate | None
    measurement: Measurement

    @property
    def holds(self) -> bool | None:
        """Whether the claim holds; None where it is not measured yet."""
        return None if self.estimate is None else self.claim.holds(self.estimate)

    def as_json(self) -> dict[str, Any]:
        """The claim as it is published."""
        return {
            "id": self.claim.id,
            "holds": self.holds,
            "estimate": self.claim.estimate,
            "condition": self.claim.condition,
            "false_if": self.claim.false_if,
            "file": self.measurement.file,
            "line": self.measurement.line,
        }


@dataclass
class Evidence:
    """What is known of a question.

    Args:
        question: Its slug.
        estimates: Key, "<measurement>.<rest>", to estimate.
        series: Key to series.
        provenance: Name of a measurement to how it was made.
        missing: Measurements that the store does not have.
        measured: Measurements that it has.
        claims: Its claims, judged.
        fault: Why nothing can be known of it, as where somebody is writing its files; else empty.
    """

    question: str
    estimates: dict[str, Estimate] = field(default_factory=dict)
    series: dict[str, Series] = field(default_factory=dict)
    provenance: dict[str, dict[str, Any]] = field(default_factory=dict)
    missing: list[Measurement] = field(default_factory=list)
    measured: list[Measurement] = field(default_factory=list)
    claims: list[JudgedClaim] = field(default_factory=list)
    fault: str = ""

    @property
    def observations(self) -> set[str]:
        """Names of the measurements of which nothing is claimed."""
        return {m.name for m in (*self.measured, *self.missing) if m.observation}

    def as_json(self) -> dict[str, Any]:
        """Everything, as it is published with the site."""
        return {
            "question": self.question,
            "provenance": self.provenance,
            "estimates": {k: vars(e) for k, e in self.estimates.items()},
            "series": {
                k: vars(s) | {"points": [vars(point) for point in s.points]}
                for k, s in self.series.items()
            },
            "claims": [judged.as_json() for judged in self.claims],
        }


def gather(question: str, seeds: range = SEEDS) -> Evidence:
    """Read what the store has of a question, and judge the claims by today's conditions.

    Raises:
        SourceError: If an experiment is not valid Python, a claim names an estimate that its measurement does
            not give, two claims share an id, or `claims.py` does not give any.
    """
    evidence = Evidence(question)
    by_name = {m.name: m for m in measurements(question)}
    for name, m in by_name.items():
        record = store.load(store.path(m, key(m, seeds)))
        if record is None:
            evidence.missing.append(m)
            continue
        evidence.measured.append(m)
        evidence.provenance[name] = record.provenance
        for rest, result in record.results.items():
            if isinstance(result, Series):
                evidence.series[f"{name}.{rest}"] = result
            else:
                evidence.estimates[f"{name}.{rest}"] = result
    for claim in _claims(question):
        if claim.estimate.startswith("agreement.") and not PAGES.exists():
            continue
        evidence.claims.append(_judged(claim, evidence, by_name))
    return evidence


def known(question: str) -> Evidence:
    """As `gather`, but what it would raise is the `fault` of evidence without anything else."""
    try:
        return gather(question)
    except SourceError as error:
        return Evidence(question, fault=str(error))


def conditions(question: str) -> dict[str, str]:
    """The condition of each claim of a question, measured or not; none of a file that cannot be read."""
    try:
        return {claim.id: claim.condition for claim in _claims(question)}
    except SourceError:
        return {}


def claim_place(question: str, claim: str) -> str:
    """File and line of a claim's condition."""
    file = f"snippets/{question}/claims.py"
    return f"{file}:{_line_of(claim, file)}"


def _judged(
    claim: Claim, evidence: Evidence, by_name: dict[str, Measurement]
) -> JudgedClaim:
    name = claim.estimate.partition(".")[0]
    measurement, estimate = by_name.get(name), evidence.estimates.get(claim.estimate)
    about = f" is about {claim.estimate!r}"
    if any(claim.id == other.claim.id for other in evidence.claims):
        fault = ": another claim has this id; rename one of them"
    elif measurement is None:
        fault = (
            f"{about}, but experiment.py has no public function {name!r}; "
            f"there are {', '.join(sorted(by_name))}"
        )
    elif measurement.observation:
        fault = (
            f"{about}, an observation of one machine ({measurement.file}:{measurement.line}); "
            "show it on a page, and claim nothing of it"
        )
    elif estimate is None and measurement not in evidence.missing:
        given = (k for k in evidence.estimates if k.partition(".")[0] == name)
        fault = (
            f": {measurement} gives no {claim.estimate!r}; it gives {', '.join(given)}"
        )
    else:
        return JudgedClaim(claim, estimate, measurement)
    place = claim_place(evidence.question, claim.id)
    raise SourceError(f"{place}: claim {claim.id!r}{fault}")


def _claims(question: str) -> tuple[Claim, ...]:
    file = f"snippets/{question}/claims.py"
    tree(ROOT / file)  # a file that is not there or not Python is named as any other
    try:
        module = importlib.import_module(f"snippets.{question}.claims")
    except (Exception, SystemExit) as error:  # somebody is writing it
        raise SourceError(raised(error, file)) from error
    claims = getattr(module, "CLAIMS", None)
    if not isinstance(claims, tuple) or not all(isinstance(c, Claim) for c in claims):
        raise SourceError(
            f"{file}:{_line_of('CLAIMS', file)}: there are no claims in it; write CLAIMS = (Claim(...), ...)"
        )
    return claims


def _line_of(name: str, file: str) -> int:
    """Where a name or a claim's id stands last, so that of two claims the second is found."""
    return max(
        (
            node.lineno
            for node in ast.walk(tree(ROOT / file))
            if (isinstance(node, ast.Constant) and node.value == name)
            or (isinstance(node, ast.Name) and node.id == name)
        ),
        default=1,
    )
