"""Generated documents say what the code says."""

from deploy import documents


def test_generated_documents_are_current() -> None:
    assert documents.stale() == [], "run `make docs`"
