"""文本模型: learned as scikit-learn learns it, read without it, kept so that nothing in it can run."""

import errno
import io
import json
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from deploy.commands.train import fingerprint, make, still_good
from services.router.domain.errors import TooFewTexts
from services.router.domain.text_model import TOLD, TextModel, runs
from services.router.domain.training import CITIZENS, FOLDS, PENALTY, Labelled, train
from services.router.store.model_shelf import MANIFEST, BrokenModel, ModelShelf, read_manifest, read_model
from tests.kit.dispatching import own_texts, starting_model

FEW = tuple(each for each in own_texts() if each.category in ("lift", "heating", "tobacco"))
ASKED = "楼里的电梯老是坏，修了又坏，老人下不来楼"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make(tmp_path, FEW)
    return tmp_path


def test_a_run_of_characters_stays_inside_a_phrase_and_digits_are_alike() -> None:
    assert runs("停水，3号") == ["停", "水", "停水", "0", "号", "0号"]
    assert runs("３号") == runs("9号")
    assert runs("！！！ \n") == []


def test_the_model_says_what_scikit_learn_says() -> None:
    model, report = starting_model()
    texts = own_texts()
    words = TfidfVectorizer(analyzer=runs, sublinear_tf=True, vocabulary=list(model.vocabulary))
    seen = words.fit_transform([each.text for each in texts])
    taught = LinearSVC(C=PENALTY, random_state=0).fit(seen, [each.category for each in texts])
    margins = taught.decision_function(words.transform([ASKED]))[0] / report.temperature
    shares = np.exp(margins - margins.max()) / np.exp(margins - margins.max()).sum()
    first = model.opinions(ASKED)[0]
    assert first.category == taught.classes_[shares.argmax()] == "lift"
    assert first.confidence == pytest.approx(shares.max(), abs=2e-3)


def test_the_same_texts_give_the_same_model(tmp_path: Path) -> None:
    one, _ = make(tmp_path / "one", FEW)
    other, _ = make(tmp_path / "other", FEW)
    assert one == other


def test_an_opinion_names_the_characters_that_weighed_most() -> None:
    because = starting_model()[0].opinions(ASKED)[0].because
    assert 0 < len(because) <= TOLD
    assert all(run in ASKED for run in because)
    assert any("梯" in run for run in because)


@given(st.text(max_size=400))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    opinions = starting_model()[0].opinions(text)
    assert [each.confidence for each in opinions] == sorted((o.confidence for o in opinions), reverse=True)
    assert sum(each.confidence for each in opinions) <= 1.001


def test_a_text_of_unknown_characters_makes_it_think_of_nothing() -> None:
    assert starting_model()[0].opinions("ᚠᚢᚦ") == ()


def test_a_name_few_citizens_told_is_not_learned_and_a_common_word_is() -> None:
    rare = [Labelled(f"李寻欢说电梯{n}", "lift", own=False) for n in range(CITIZENS - 1)]
    common = [Labelled(f"轿厢晃动{n}", "lift", own=False) for n in range(CITIZENS)]
    model, _ = train((*FEW, *rare, *common))
    assert not {"李", "寻", "欢", "李寻", "寻欢", "李寻欢"} & set(model.vocabulary)
    assert "轿厢晃" in model.vocabulary


def test_a_category_nobody_could_vouch_for_is_left_out() -> None:
    few = [Labelled(f"天气{n}", "weather", own=True) for n in range(FOLDS - 1)]
    model, report = train((*FEW, *few))
    assert "weather" not in model.categories
    assert "weather" not in report.classes
    assert report.texts == len(FEW)


def test_nothing_is_learned_from_so_little_and_three_categories_are_enough() -> None:
    with pytest.raises(TooFewTexts):
        train([each for each in FEW if each.category != "lift"])
    model, _ = train(FEW)
    assert model.opinions("电梯坏了")[0].category == "lift"
    assert model.opinions("屋里暖气冰凉")[0].category == "heating"


def test_every_text_is_held_back_once_and_counted_by_category() -> None:
    _, report = starting_model()
    assert sum(each.texts for each in report.classes.values()) == report.texts == len(own_texts())
    right = sum(each.recall * each.texts for each in report.classes.values())
    assert right / report.texts == pytest.approx(report.accuracy, abs=2e-3)


def test_where_there_is_no_model_nothing_is_thought(tmp_path: Path) -> None:
    assert ModelShelf(tmp_path / "nowhere").opinions(ASKED) == ()


def test_a_model_is_read_once_and_again_when_another_is_put_there(folder: Path) -> None:
    shelf = ModelShelf(folder, patience=0)
    first = shelf.model()
    assert shelf.model() is first
    make(folder, FEW[1:])
    os.utime(folder / MANIFEST, ns=(1, 1))
    second = shelf.model()
    assert isinstance(second, TextModel)
    assert first is not None
    assert second.version != first.version
    assert len(list(folder.iterdir())) == 3, "the model before is cleared away"


def test_a_model_that_cannot_be_read_for_a_moment_is_read_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = ModelShelf(folder, patience=0)
    first = shelf.model()
    assert first is not None
    make(folder, FEW[1:])
    os.utime(folder / MANIFEST, ns=(1, 1))

    def no_more_files(_: Path) -> bytes:
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", no_more_files)
        assert shelf.model() is first
    second = shelf.model()
    assert second is not None
    assert second.version != first.version


def test_a_model_says_its_version_with_each_opinion(folder: Path) -> None:
    manifest = read_manifest(folder)
    assert manifest is not None
    assert {each.model for each in ModelShelf(folder).opinions(ASKED)} == {manifest.version}


@pytest.mark.parametrize("part", ["numbers", "words"])
def test_a_file_that_was_changed_is_not_read_and_rules_go_alone(folder: Path, part: str) -> None:
    manifest = read_manifest(folder)
    assert manifest is not None
    with (folder / getattr(manifest, part)).open("ab") as file:
        file.write(b" ")
    with pytest.raises(BrokenModel, match="is not the file that was put there"):
        read_model(folder)
    assert ModelShelf(folder).opinions(ASKED) == ()


def test_a_pickle_is_not_opened_even_with_the_right_hash(folder: Path) -> None:
    import hashlib

    manifest = json.loads((folder / MANIFEST).read_text())
    numbers = io.BytesIO()
    np.savez(numbers, rarity=np.array([object()]), weights=np.zeros((1, 1)), offsets=np.zeros(1))
    (folder / manifest["numbers"]).write_bytes(numbers.getvalue())
    manifest["sha256"][manifest["numbers"]] = hashlib.sha256(numbers.getvalue()).hexdigest()
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(ValueError, match="allow_pickle"):
        read_model(folder)
    assert ModelShelf(folder).opinions(ASKED) == ()


def test_a_file_outside_the_folder_is_not_read(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["words"] = "../words.json"
    manifest["sha256"]["../words.json"] = ""
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(BrokenModel, match="no file of this folder"):
        read_model(folder)


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"format": 2}'])
def test_a_torn_or_foreign_description_is_no_model(folder: Path, content: bytes) -> None:
    (folder / MANIFEST).write_bytes(content)
    assert read_manifest(folder) is None
    assert ModelShelf(folder).opinions(ASKED) == ()


def test_the_starting_model_is_made_once_and_again_when_its_texts_change(folder: Path) -> None:
    assert still_good(folder, FEW)
    assert still_good(folder, FEW[1:]) is None
    assert still_good(folder / "nowhere", FEW) is None
    assert fingerprint(FEW) != fingerprint(FEW[1:])


def test_a_model_that_learned_from_cases_is_not_replaced_by_a_starting_one(folder: Path) -> None:
    make(folder, (*FEW, Labelled("电梯又坏了", "lift", own=False)))
    assert still_good(folder, FEW[1:])


def test_a_broken_starting_model_is_made_anew(folder: Path) -> None:
    manifest = read_manifest(folder)
    assert manifest is not None
    (folder / manifest.words).unlink()
    assert still_good(folder, FEW) is None
