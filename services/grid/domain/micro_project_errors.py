"""What grid refuses about micro-projects, by name.

NotFound
└── UnknownMicroProject   none with this id, or another community's that somebody has taken on
NotAllowed
├── MayNotOffer           only the community itself and the street above it may
├── NotYourClaim          who took it on, or the community, says what became of it
└── ClaimForOthers        people report in to the community, which claims for them
Invalid
└── ClaimantRefused       units, Party members and volunteers claim
"""

from shared.kernel.errors import Invalid, NotAllowed, NotFound
from shared.kernel.ids import MicroProjectId, UnitCode


class UnknownMicroProject(NotFound):
    """None with this id, or not the asker's to see: the answer is the same."""

    def __init__(self, project_id: MicroProjectId) -> None:
        super().__init__(f"there is no micro-project {project_id}", project_id=str(project_id))


class MayNotOffer(NotAllowed):
    """Only the community itself and the street above it may."""

    def __init__(self, by: UnitCode, unit: UnitCode) -> None:
        super().__init__(
            f"micro-projects of {unit} are its own and its street's to offer, not {by}'s", by=by, unit=unit
        )


class NotYourClaim(NotAllowed):
    """Who took it on, or the community, says what became of it."""

    def __init__(self, by: UnitCode) -> None:
        super().__init__(f"{by} has not taken this micro-project on", by=by)


class ClaimForOthers(NotAllowed):
    """People report in to the community, which claims for them."""

    def __init__(self, by: UnitCode) -> None:
        super().__init__(f"people who report in to the community claim through it, not through {by}", by=by)


class ClaimantRefused(Invalid):
    """Units, Party members and volunteers claim."""

    def __init__(self) -> None:
        super().__init__("a micro-project is claimed by a unit, Party members or volunteers", field="giver")
