"""Seven real cases. Names, numbers and words of the persons in them are made up."""

from deploy.demo.stories.bicycle_shed import BICYCLE_SHED
from deploy.demo.stories.blocked_way import BLOCKED_WAY
from deploy.demo.stories.flower_field import FLOWER_FIELD
from deploy.demo.stories.group_rental import GROUP_RENTAL
from deploy.demo.stories.standing_water import STANDING_WATER
from deploy.demo.stories.story import Story
from deploy.demo.stories.two_towns import TWO_TOWNS
from deploy.demo.stories.yellow_line import YELLOW_LINE

STORIES: tuple[Story, ...] = (
    GROUP_RENTAL,
    YELLOW_LINE,
    BLOCKED_WAY,
    STANDING_WATER,
    TWO_TOWNS,
    BICYCLE_SHED,
    FLOWER_FIELD,
)
