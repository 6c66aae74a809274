"""诉求 for the benchmarks: whole requests that the responsibility list dispatches without asking."""

import random
from typing import Any

PHONE = "13000000000"
"""Stands for a citizen's phone: who asks again from the same one about the same is taken for a repetition."""

TEXTS = (
    "大兴区观音寺街道首座御园有群租房,一套房里住了十几个人,楼道里堆满杂物,晚上很吵,请来人看看。",
    "海淀区中关村街道我家小区的垃圾分类桶站一直没有人收,味道很大,跟物业反映过没有结果,请协调解决。",
    "朝阳区望京街道小区物业不打扫楼道,电梯里也很脏,物业费照收,请查处并给答复。",
    "东城区东花市街道南里社区楼下的路灯坏了一个星期,晚上老人出门看不见路,希望尽快修好。",
    "丰台区方庄街道早市占道经营,人行道走不过去,每天六点就开始吵,请街道管一管。",
)


def a_phone() -> str:
    """Somebody's."""
    return f"13{random.randrange(10**9):09d}"


def wish(number: int, phone: str | None = None) -> dict[str, Any]:
    """The body of a registration, with everything a registration can have of a person's."""
    return {
        "channel": "app",
        "kind": "complaint",
        "text": TEXTS[number % len(TEXTS)],
        "contact": {"name": "王小明", "phone": phone or a_phone(), "confidential": False},
    }
