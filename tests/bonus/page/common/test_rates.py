"""Le seau de la page et celui de Python : aux mêmes heures, les mêmes attentes."""

import random

import pytest
from chatroom.common.rates import IMAGE_COST, Bucket
from playwright.sync_api import Page

TAKE = """async ([rate, burst, takes]) => {
  const { Bucket, IMAGE_COST } = await import("/common/rates.js");
  const bucket = new Bucket(rate, burst, 0);
  return takes.map(([now, images]) => bucket.take(now, images ? IMAGE_COST : 1));
}"""


@pytest.mark.parametrize(("rate", "burst"), [(10, 4), (0.5, 30), (0, 1)])
def test_the_same_waits(modules: Page, rate: float, burst: float) -> None:
    draw, now = random.Random(3), 0.0
    takes = []
    for _ in range(300):
        now += draw.choice([0, 0.01, 0.3, 5])
        takes.append((now, draw.random() < 0.2))
    bucket = Bucket(rate, burst, 0.0)
    expected = [bucket.take(now, IMAGE_COST if image else 1) for now, image in takes]
    assert modules.evaluate(TAKE, [rate, burst, takes]) == expected
    assert any(expected) == bool(rate)
