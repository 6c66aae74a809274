"""Survey's memory."""

from services.survey.store.repository import SurveyWork

__all__ = ["SurveyWork"]
