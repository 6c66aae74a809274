"""Rules first, the text model second: each is a witness, and together they are surer than either.

Urgency is for rules alone. What only the model thinks of is never urgent, however it was told; that keeps
tone out, and a category that is urgent by nature then waits for a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.router.domain.text_model import Opinion
from shared.city.categories import Categories, Suggestion
from shared.city.policy import Classifying
from shared.kernel.words import Kind, Tier

SUREST = 0.99
NEARLY_CERTAIN = 0.90
"""From here on the model is not asked (ours)."""
MOST = 3
"""How many suggestions a dispatcher reads; a danger a rule saw stands beside them in any case."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A category after both were heard; `by_rule`: a rule saw it too."""

    category: str
    tier: Tier
    confidence: float
    explanation: str
    by_rule: bool = True

    @property
    def is_danger(self) -> bool:
        """Only a rule can say so."""
        return self.by_rule and self.tier is Tier.URGENT


def is_settled(found: Sequence[Suggestion], policy: Classifying) -> bool:
    """The rules leave no doubt: one category nearly certain, and no other that could be dispatched."""
    if not found or found[0].confidence < NEARLY_CERTAIN:
        return False
    return len(found) == 1 or found[1].confidence < policy.threshold


def weigh(
    found: Sequence[Suggestion], opinions: Sequence[Opinion], categories: Categories, policy: Classifying
) -> tuple[Weighed, ...]:
    """What rules and model say together, the surest first."""
    ruled = {each.category: each for each in found}
    thought = {each.category: each for each in opinions if each.category in categories}
    weighed = [_alone(rule) for code, rule in ruled.items() if code not in thought]
    weighed += [_together(ruled.get(code), opinion, categories, policy) for code, opinion in thought.items()]
    # Where two are equally sure, what endangers life goes first.
    weighed.sort(key=lambda each: (-each.confidence, not each.is_danger))
    return (*weighed[:MOST], *(each for each in weighed[MOST:] if each.is_danger))


def may_be_asked(opinions: Sequence[Opinion], kind: Kind) -> tuple[Opinion, ...]:
    """A question is a consultation only when it was asked as one; the model does not see the form."""
    return tuple(each for each in opinions if each.category != "consultation" or kind is Kind.CONSULT)


def _alone(rule: Suggestion) -> Weighed:
    return Weighed(rule.category, rule.tier, rule.confidence, rule.explanation)


def _together(
    rule: Suggestion | None, opinion: Opinion, categories: Categories, policy: Classifying
) -> Weighed:
    category = categories.get(opinion.category)
    heard = policy.model_weight * opinion.confidence
    words = "、".join(opinion.because)
    model = f"the text model {opinion.model} ({opinion.confidence:.2f}) reads {words}"
    if rule is None:
        tier = Tier.GENERAL if category.tier is Tier.URGENT else category.tier
        return Weighed(opinion.category, tier, round(heard, 4), f"{category.zh}: {model}", by_rule=False)
    sure = min(SUREST, round(1 - (1 - rule.confidence) * (1 - heard), 4))
    return Weighed(rule.category, rule.tier, sure, f"{rule.explanation}; {model}")
