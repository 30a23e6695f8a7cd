# Several tasks at once, and tasks with a time limit.

from . import CancelledError, Task, TimeoutError, create_task, sleep_ms, wait_in, wake


def _task(awaitable):
    return awaitable if isinstance(awaitable, Task) else create_task(awaitable)


async def wait_for_ms(awaitable, timeout):
    task = _task(awaitable)
    if timeout is None:
        return await task
    late = [False]

    async def limit():
        await sleep_ms(timeout)
        late[0] = True
        task.cancel()

    watch = create_task(limit())
    try:
        return await task
    except CancelledError as e:
        if late[0]:
            raise TimeoutError
        raise e
    finally:
        watch.cancel()


def wait_for(awaitable, timeout):
    return wait_for_ms(awaitable, None if timeout is None else timeout * 1000)


async def gather(*awaitables, return_exceptions=False):
    tasks = [_task(each) for each in awaitables]
    results = [None] * len(tasks)
    left = len(tasks)
    failed = None
    waiting = []

    async def follow(at):
        nonlocal left, failed
        try:
            results[at] = await tasks[at]
        except (CancelledError, Exception) as e:
            results[at] = e
            if not return_exceptions:
                failed = failed or e
        left -= 1
        if (failed or left == 0) and waiting:
            wake(waiting.pop())

    followers = [create_task(follow(at)) for at in range(len(tasks))]
    if left:
        try:
            await wait_in(waiting)
        except CancelledError as e:
            for follower in followers:
                follower.cancel()
            raise e
    if failed:
        raise failed
    return results
