"""People who use Jiesu as it is meant to be used: by HTTP, with a token, and with patience.

They know nothing of processes, tables or topics. Journeys and the demonstration speak through them.
"""

from deploy.demo.people.citizen import CitizenApp, Person, Receipt
from deploy.demo.people.desk import Dispatcher, Operator
from deploy.demo.people.eventually import NotInTime, eventually
from deploy.demo.people.grid_worker import GridWorker
from deploy.demo.people.line import Answer, Line, NobodyAnswers, Refused
from deploy.demo.people.phone import PhoneCaller
from deploy.demo.people.supervisor import Supervisor
from deploy.demo.people.table import SIDES, Table, Vote
from deploy.demo.people.town import Town, town
from deploy.demo.people.unit import Unit

__all__ = [
    "SIDES",
    "Answer",
    "CitizenApp",
    "Dispatcher",
    "GridWorker",
    "Line",
    "NobodyAnswers",
    "NotInTime",
    "Operator",
    "Person",
    "PhoneCaller",
    "Receipt",
    "Refused",
    "Supervisor",
    "Table",
    "Town",
    "Unit",
    "Vote",
    "eventually",
    "town",
]
