"""回访页: the form behind the link as HTML, and as it comes back. Labels, legends, errors: WCAG 2.2 AA."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from services.survey.api.html import LANGUAGES, joined
from services.survey.api.schemas import NOTE_LIMIT
from services.survey.domain.model import Answers
from shared.city.questionnaire import Choice, Question, Questionnaire
from shared.kernel.words import Satisfied, Solved

REQUIRED = ("contacted", "solved", "satisfied")
WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "title": "请评价您反映的诉求的办理情况",
        "error_title": "有误：",
        "intro": "您反映的诉求，承办单位说已经办理。请回答下面几个问题，大约一分钟。",
        "needed": "（必答）",
        "other_language": "English",
        "main": "直接看问题",
        "send": "提交",
        "problems": "还有问题没有答好",
        "missing": "请选择一项",
        "too_long": f"请不要超过{NOTE_LIMIT}字",
        "no_such": "请从列出的各项中选择",
        "thanks": "谢谢您的评价",
        "noted": "您的评价已经记下。此链接不能再次使用。",
        "over": "此链接不能使用了",
        "not_now": "暂时没有成功",
    },
    "en": {
        "title": "How was your request dealt with?",
        "error_title": "Error: ",
        "intro": "The unit says that your request has been dealt with. Please answer a few questions; "
        "it takes about a minute.",
        "needed": " (required)",
        "other_language": "中文",
        "main": "Skip to the questions",
        "send": "Send",
        "problems": "Some answers are not complete",
        "missing": "Choose one answer",
        "too_long": f"Use at most {NOTE_LIMIT} characters",
        "no_such": "Choose from the answers that are listed",
        "thanks": "Thank you for your answer",
        "noted": "Your answers have been noted. This link cannot be used again.",
        "over": "This link cannot be used",
        "not_now": "It did not work this time",
    },
}


@dataclass(frozen=True, slots=True)
class Filled:
    """The form as somebody filled it in, and what is wrong with it: a word of `WORDS` for each field."""

    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    def first(self, name: str) -> str:
        return next(iter(self.chosen.get(name, ())), "")


def read(pairs: Sequence[tuple[str, str]], asked: Questionnaire) -> tuple[Filled, Answers | None]:
    """The form and the answers in it, if it is complete."""
    chosen: dict[str, list[str]] = {}
    for name, value in pairs:
        chosen.setdefault(name, []).append(value)
    filled = Filled(chosen, _errors(Filled(chosen), asked))
    if filled.errors:
        return filled, None
    answers = Answers(
        filled.first("contacted") == "yes",
        Solved(filled.first("solved")),
        Satisfied(filled.first("satisfied")),
        _note(filled),
        tuple(dict.fromkeys(chosen.get("reasons", ()))),
        filled.first("may_call_again") != "no",
    )
    return filled, answers


def form(asked: Questionnaire, filled: Filled, language: str, about: Markup, shown: str) -> Markup:
    """The body of the page; `shown` is the questionnaire's version, signed, and comes back with the form."""
    words, other = WORDS[language], "en" if language == "zh" else "zh"
    return Markup("""<a class="skip" href="#questions">{main}</a>
<header>
<p><a href="?lang={other}" lang="{other_lang}" hreflang="{other_lang}">{other_language}</a></p>
</header>
<main>
<h1>{title}</h1>
{summary}
<p>{intro}</p>
{about}
<form id="questions" method="post" action="?lang={language}" novalidate>
<input type="hidden" name="shown" value="{shown}">
{questions}
<p><button type="submit">{send}</button></p>
</form>
</main>""").format(
        **words,
        other=other,
        other_lang=LANGUAGES[other],
        language=language,
        about=about,
        shown=shown,
        summary=_summary(asked, filled, language) if filled.errors else "",
        questions=_questions(asked, filled, language),
    )


def _questions(asked: Questionnaire, filled: Filled, language: str) -> Markup:
    required = [_group(name, getattr(asked, name), filled, language, "radio") for name in REQUIRED]
    reasons = _group("reasons", asked.reasons, filled, language, "checkbox")
    again = _group("may_call_again", asked.may_call_again, filled, language, "radio")
    return joined([*required, reasons, _textarea(asked, filled, language), again])


def _group(name: str, question: Question, filled: Filled, language: str, kind: str) -> Markup:
    wrong = filled.errors.get(name)
    needed = WORDS[language]["needed"] if name in REQUIRED else ""
    options = [_option(name, one, filled, language, kind) for one in question.options]
    return Markup(
        "<fieldset{described}>\n<legend>{asked}{needed}</legend>\n{error}{options}\n</fieldset>"
    ).format(
        described=_described(name) if wrong else "",
        asked=question.of(language),
        needed=needed,
        error=_error(name, wrong, language) if wrong else "",
        options=joined(options),
    )


def _option(name: str, one: Choice, filled: Filled, language: str, kind: str) -> Markup:
    return Markup(
        '<div class="choice"><input type="{kind}" id="{name}-{code}" name="{name}" value="{code}"'
        "{checked}{needed}>"
        '<label for="{name}-{code}">{said}</label></div>'
    ).format(
        kind=kind,
        name=name,
        code=one.code,
        said=one.of(language),
        checked=Markup(" checked") if one.code in filled.chosen.get(name, ()) else "",
        needed=Markup(" required") if name in REQUIRED else "",
    )


def _textarea(asked: Questionnaire, filled: Filled, language: str) -> Markup:
    wrong = filled.errors.get("note")
    return Markup(
        '<p><label class="label" for="note">{asked}</label></p>\n{error}'
        '<p><textarea id="note" name="note" rows="4" maxlength="{most}"{invalid}>{text}</textarea></p>'
    ).format(
        asked=asked.note.of(language),
        error=_error("note", wrong, language) if wrong else "",
        most=NOTE_LIMIT,
        invalid=Markup(' aria-invalid="true"') + _described("note") if wrong else "",
        text=filled.first("note"),
    )


def _summary(asked: Questionnaire, filled: Filled, language: str) -> Markup:
    links = [
        Markup('<li><a href="#{place}">{asked} {wrong}</a></li>').format(
            place=name if name == "note" else f"{name}-{getattr(asked, name).codes[0]}",
            asked=getattr(asked, name).of(language),
            wrong=WORDS[language][wrong],
        )
        for name, wrong in filled.errors.items()
    ]
    return Markup(
        '<div class="errors" role="alert" tabindex="-1" autofocus aria-labelledby="errors">'
        '<h2 id="errors">{title}</h2><ul>{links}</ul></div>'
    ).format(title=WORDS[language]["problems"], links=joined(links))


def _error(name: str, wrong: str, language: str) -> Markup:
    return Markup('<p class="error" id="{name}-error">{said}</p>\n').format(
        name=name, said=WORDS[language][wrong]
    )


def _described(name: str) -> Markup:
    return Markup(' aria-describedby="{}-error"').format(name)


def _errors(filled: Filled, asked: Questionnaire) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in (*REQUIRED, "reasons", "may_call_again"):
        chosen, codes = filled.chosen.get(name, ()), getattr(asked, name).codes
        if not chosen and name in REQUIRED:
            found[name] = "missing"
        elif any(code not in codes for code in chosen) or (name != "reasons" and len(chosen) > 1):
            found[name] = "no_such"
    if len(_note(filled)) > NOTE_LIMIT:
        found["note"] = "too_long"
    return found


def _note(filled: Filled) -> str:
    # A browser sends line ends as two characters, which its own counting of the limit does not.
    return filled.first("note").replace("\r\n", "\n").strip()
