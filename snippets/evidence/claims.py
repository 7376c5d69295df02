"""A claim: a condition on one estimate that holds or does not."""

from __future__ import annotations

from dataclasses import dataclass

from snippets.evidence.estimates import Estimate


@dataclass(frozen=True)
class Claim:
    """A falsifiable statement about an estimate.

    It holds when the whole interval satisfies the bounds, not only the value. The
    sentence that says it in words stands on the pages, under the same id.

    Args:
        id: Name of the claim, unique within the question.
        estimate: Key of the estimate, "<measurement>.<rest>", without the question.
        above: The interval must lie above this.
        below: The interval must lie below this.
        false_if: What result would make the sentence false, in words. Written before the bounds: they say
            the same in numbers.

    Raises:
        ValueError: If neither bound is given, they contradict each other, or `false_if` is empty.

    Examples:
        >>> claim = Claim(
        ...     "trains", "accuracy.he", above=0.9, false_if="one in ten is wrong"
        ... )
        >>> claim.holds(Estimate(0.95, 0.94, 0.96, 20, "share"))
        True
        >>> claim.holds(Estimate(0.95, 0.89, 0.99, 20, "share"))
        False
    """

    id: str
    estimate: str
    above: float | None = None
    below: float | None = None
    false_if: str = ""

    def __post_init__(self) -> None:
        if self.above is None and self.below is None:
            raise ValueError(
                f"claim {self.id!r} can never fail: give it `above`, `below` or both"
            )
        if (
            self.above is not None
            and self.below is not None
            and self.above >= self.below
        ):
            raise ValueError(
                f"claim {self.id!r} can never hold: above={self.above} >= below={self.below}"
            )

        if not self.false_if.strip():
            raise ValueError(
                f"claim {self.id!r} lacks `false_if`: say in words what result would make it false"
            )

    @property
    def condition(self) -> str:
        """The condition as programs read it; pages say it in words."""
        parts = []
        if self.above is not None:
            parts.append(f"low > {_exact(self.above)}")
        if self.below is not None:
            parts.append(f"high < {_exact(self.below)}")
        return " and ".join(parts)

    def holds(self, estimate: Estimate) -> bool:
        """Whether the whole interval of `estimate` satisfies the condition."""
        return (self.above is None or estimate.low > self.above) and (
            self.below is None or estimate.high < self.below
        )


def _exact(bound: float) -> str:
    """The shortest digits that are this number and no other."""
    return repr(bound).removesuffix(".0")
