"""训练: a text model from texts whose category is known, and how well it does on texts it has not seen.

Needs scikit-learn (`pip install jiesu[train]`), which is imported here only and only when a model is made.
The same texts in the same order give the same model.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from services.router.domain.errors import TooFewTexts
from services.router.domain.text_model import TextModel, runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDS = 5
CATEGORIES = 3
PENALTY = 0.3
OWN_TEXTS, CITIZENS = 2, 5
"""In how many of our own texts, or of citizens' cases, a run must be: a name told once is never learned."""
TEMPERATURES = (0.02, 0.03, 0.05, 0.07, 0.10, 0.15, 0.20, 0.30, 0.50, 0.70, 1.0)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text and the category a person gave it or let stand; `own`: of our own writing, no citizen's."""

    text: str
    category: str
    own: bool


@dataclass(frozen=True, slots=True)
class ClassResult:
    """One category on texts held back from the training."""

    texts: int
    recall: float
    precision: float


@dataclass(frozen=True, slots=True)
class Report:
    """交叉验证: five models, each asked about the fifth it was not shown."""

    texts: int
    own: int
    accuracy: float
    among_three: float
    temperature: float
    classes: Mapping[str, ClassResult]


def train(labelled: Sequence[Labelled]) -> tuple[TextModel, Report]:
    """The model of all texts, and what five models of four fifths did. Raises `TooFewTexts`.

    A category with fewer texts than there are fifths is left out: nobody could say how well it is known.
    """
    import numpy as np

    counted = Counter(each.category for each in labelled)
    labelled = [each for each in labelled if counted[each.category] >= FOLDS]
    labels = np.array([each.category for each in labelled])
    if len(set(labels.tolist())) < CATEGORIES:
        raise TooFewTexts(CATEGORIES, FOLDS)
    names = np.unique(labels)
    margins = _held_back(labelled, labels, len(names))
    wanted = np.searchsorted(names, labels)
    temperature = min(TEMPERATURES, key=lambda each: _surprise(margins, wanted, each))
    report = _report(labelled, [str(each) for each in names], margins, wanted, temperature)
    return _model(labelled, labels, temperature), report


def _fitted(labelled: Sequence[Labelled], labels: "NDArray[Any]") -> tuple[Any, Any]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    words = TfidfVectorizer(analyzer=runs, sublinear_tf=True, vocabulary=_vocabulary(labelled))
    seen = words.fit_transform([each.text for each in labelled])
    return words, LinearSVC(C=PENALTY, random_state=0).fit(seen, labels)


def _vocabulary(labelled: Sequence[Labelled]) -> list[str]:
    own: Counter[str] = Counter()
    citizens: Counter[str] = Counter()
    for each in labelled:
        (own if each.own else citizens).update(set(runs(each.text)))
    often = {run for run, texts in citizens.items() if texts >= CITIZENS}
    return sorted(often | {run for run, texts in own.items() if texts >= OWN_TEXTS})


def _held_back(labelled: Sequence[Labelled], labels: "NDArray[Any]", names: int) -> "NDArray[Any]":
    import numpy as np
    from sklearn.model_selection import StratifiedKFold

    margins = np.zeros((len(labelled), names))
    for shown, asked in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(labels, labels):
        words, model = _fitted([labelled[each] for each in shown], labels[shown])
        margins[asked] = model.decision_function(words.transform([labelled[each].text for each in asked]))
    return margins


def _surprise(margins: "NDArray[Any]", wanted: "NDArray[Any]", temperature: float) -> float:
    """How badly the shares foretold what was right; the least of it is the honest temperature."""
    import numpy as np

    logits = margins / temperature
    logits = logits - logits.max(axis=1, keepdims=True)
    share = logits[np.arange(len(wanted)), wanted] - np.log(np.exp(logits).sum(axis=1))
    return float(-share.mean())


def _report(
    labelled: Sequence[Labelled],
    names: Sequence[str],
    margins: "NDArray[Any]",
    wanted: "NDArray[Any]",
    temperature: float,
) -> Report:
    ranked = (-margins).argsort(axis=1, kind="stable")
    first = ranked[:, 0]
    classes = {}
    for at, name in enumerate(names):
        mine, said = wanted == at, first == at
        right = int((mine & said).sum())
        classes[name] = ClassResult(
            texts=int(mine.sum()),
            recall=round(right / int(mine.sum()), 3),
            precision=round(right / max(1, int(said.sum())), 3),
        )
    return Report(
        texts=len(labelled),
        own=sum(each.own for each in labelled),
        accuracy=round(float((first == wanted).mean()), 3),
        among_three=round(float((ranked[:, :3] == wanted[:, None]).any(axis=1).mean()), 3),
        temperature=temperature,
        classes=classes,
    )


def _model(labelled: Sequence[Labelled], labels: "NDArray[Any]", temperature: float) -> TextModel:
    import numpy as np

    words, model = _fitted(labelled, labels)
    return TextModel(
        version="",
        categories=tuple(str(each) for each in model.classes_),
        vocabulary={run: at for at, run in enumerate(words.get_feature_names_out().tolist())},
        rarity=words.idf_.astype(np.float32),
        weights=np.ascontiguousarray(model.coef_.T, dtype=np.float32),
        offsets=model.intercept_.astype(np.float32),
        temperature=temperature,
    )
