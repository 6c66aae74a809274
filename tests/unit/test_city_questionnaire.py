"""回访问卷: complete in two languages, with a code for everything the program acts on; refused with lines."""

import pytest

from shared.city.errors import BrokenFile
from shared.city.questionnaire import load_questionnaire
from shared.kernel.words import Satisfied, Solved
from tests.kit.city import beijing, seed

NAME = "questionnaire.yaml"


def line_of(text: str, part: str) -> int:
    return next(number for number, each in enumerate(text.splitlines(), 1) if part in each)


def test_every_answer_the_program_acts_on_can_be_given_by_word_and_by_key() -> None:
    asked = beijing().questionnaire
    assert set(asked.solved.codes) == set(Solved)
    assert set(asked.satisfied.codes) == set(Satisfied)
    for question in asked.by_keys:
        assert sorted(question.by_key) == [str(n) for n in range(1, len(question.options) + 1)]
    assert asked.version


def test_what_a_voice_says_names_each_answer_and_its_key() -> None:
    asked = beijing().questionnaire
    chinese, english = asked.spoken("zh"), asked.spoken("en")
    for question in asked.by_keys:
        for one in question.options:
            assert f"{one.zh}请按{one.key}" in chinese
            assert f"{one.key}: {one.en}" in english


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("code: partly, key: 2", "code: partly, key: 1", "two answers have the same key"),
        ("code: partly, key: 2", "code: yes, key: 2", "two answers have the same code"),
        ("code: partly, key: 2", "code: mostly, key: 2", "the answers must be yes, partly, no"),
        ("code: partly, key: 2, ", "code: partly, ", "each answer needs a key"),
        ("code: half_done", "code: Half-Done", "pattern"),
        ("，请评价：{url}", "，请评价", "a message names the link once"),
        ("- solved: yes\n    satisfied: not", "- solved: no\n    satisfied: satisfied", "written twice"),
        ("- solved: yes\n", "- solved: mostly\n", "yes"),
        ("  en: Has your problem been solved?\n", "", "Field required"),
        ("closing:", "ending:", "no such setting"),
        ('version: "2026.1"', 'version: ""', "version"),
    ],
)
def test_a_mistake_is_refused_with_the_line_to_mend(old: str, new: str, reason: str) -> None:
    text = seed(NAME)
    assert old in text
    broken = text.replace(old, new, 1)
    with pytest.raises(BrokenFile) as refused:
        load_questionnaire(broken, filename=NAME)
    told = str(refused.value)
    assert reason in told
    assert told.startswith(f"{NAME}:")
    number = int(told.split(":")[1])
    assert 1 <= number <= len(broken.splitlines())


def test_the_line_is_that_of_the_question() -> None:
    text = seed(NAME).replace("code: no_opinion, key: 4", "code: no_opinion, key: 3")
    with pytest.raises(BrokenFile, match=rf"{NAME}:{line_of(text, 'satisfied:') + 3}\D"):
        load_questionnaire(text, filename=NAME)
