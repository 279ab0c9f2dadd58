"""Periodic jobs: at once, again and again, whatever one run raises, until stopped."""

import asyncio

from kit.periodic import Periodic


async def test_a_job_runs_at_once_and_again_after_a_failure():
    runs = asyncio.Queue[int]()

    async def job():
        runs.put_nowait(1)
        raise OSError

    periodic = Periodic("job", job, every_s=0.01)
    periodic.start()
    for _ in range(3):
        await asyncio.wait_for(runs.get(), 2)
    await periodic.stop()
    while not runs.empty():
        runs.get_nowait()
    await asyncio.sleep(0.05)
    assert runs.empty()


async def test_one_that_never_started_can_be_stopped():
    async def job():
        raise AssertionError

    await Periodic("job", job, every_s=1).stop()
