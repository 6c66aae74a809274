"""Survey's memory."""

from services.survey.store.equipment import Equipment
from services.survey.store.repository import SurveyWork

__all__ = ["Equipment", "SurveyWork"]
