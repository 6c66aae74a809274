"""The questionnaire: what a caller asks and a link's page shows, in the citizen's language."""

QUESTIONS = {
    "zh": (
        "承办单位联系过您吗?",
        "您反映的问题解决了吗?(已解决 / 部分解决 / 未解决)",
        "您对办理结果满意吗?(满意 / 基本满意 / 不满意 / 不评价)",
    ),
    "en": (
        "Did the unit contact you?",
        "Has your problem been solved? (yes / partly / no)",
        "Are you satisfied with how it was handled? (satisfied / basically / not / no opinion)",
    ),
}


def questions(accept_language: str | None) -> list[str]:
    """The questions in English when the reader asks for it first, else in Chinese."""
    wants_english = (accept_language or "").strip().lower().startswith("en")
    return list(QUESTIONS["en" if wants_english else "zh"])
