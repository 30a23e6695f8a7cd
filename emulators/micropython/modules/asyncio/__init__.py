# asyncio as on a board, where run() blocks: the web build's own waits for a browser. One queue by time, and sockets that
# are polled while nothing is due. Locks, streams and the like are loaded when a program asks for them.

import sys
from heapq import heappop, heappush

import _hil
from _board import poll as _poll

POLLIN = 1
POLLOUT = 4
# A flag that the function of a timer or pin has set between two looks is found after so long.
_FLAG_MS = 20


class CancelledError(BaseException):
    pass


class TimeoutError(Exception):
    pass


class Task:
    def __init__(self, coro):
        self.coro = coro
        self.value = None
        self.error = None
        self._done = False
        self._heard = False
        # Tasks that wait for this one.
        self._waiting = []
        # Where it waits: an entry of the queue, a list of tasks, a task, or a Waits.
        self._where = None
        self._throw = None

    def done(self):
        return self._done

    def cancel(self):
        if self._done:
            return False
        if self is cur_task:
            raise RuntimeError("can't cancel self")
        task = self
        while isinstance(task._where, Task):
            task = task._where
        task._take_away()
        task._throw = CancelledError()
        _wake_at(task, 0)
        return True

    def _take_away(self):
        where = self._where
        self._where = None
        if isinstance(where, _Entry):
            where.task = None
        elif isinstance(where, list):
            where.remove(self)
        elif where is not None:
            where.forget(self)

    def __iter__(self):
        if not self._done:
            self._waiting.append(cur_task)
            cur_task._where = self
            yield
        if self.error is not None:
            self._heard = True
            raise self.error
        return self.value


class _Entry:
    """A task's place in the queue; the task is None once it has been taken away."""

    def __init__(self, task):
        self.task = task


cur_task = None
_queue = []
_order = 0
# Streams by id: [stream, handle, who waits to read, who waits to write].
_streams = {}
_flags = set()
_forever = []


class Waits:
    """Tasks that wait for a stream."""

    def __init__(self, stream, which):
        self.key = id(stream)
        self.which = which

    def forget(self, task):
        entry = _streams[self.key]
        entry[self.which] = None
        if entry[2] is None and entry[3] is None:
            del _streams[self.key]


def _wake_at(task, when):
    global _order
    entry = _Entry(task)
    task._where = entry
    _order += 1
    heappush(_queue, (when, _order, entry))


def wake(task):
    """From a list of those that wait: it is next."""
    _wake_at(task, _hil.now())


def wait_in(tasks):
    """Until whoever has the list wakes it."""
    tasks.append(cur_task)
    cur_task._where = tasks
    yield


def wait_stream(stream, bit):
    from select import handle_of

    which = 2 if bit == POLLIN else 3
    entry = _streams.get(id(stream))
    if entry is None:
        entry = _streams[id(stream)] = [stream, handle_of(stream), None, None]
    entry[which] = cur_task
    cur_task._where = Waits(stream, which)
    yield


def sleep_ms(ms):
    _wake_at(cur_task, _hil.now() + max(0, ms))
    yield


def sleep(seconds):
    return sleep_ms(seconds * 1000)


def create_task(coro):
    if not hasattr(coro, "send"):
        raise TypeError("coroutine expected")
    task = Task(coro)
    wake(task)
    return task


def current_task():
    if cur_task is None:
        raise RuntimeError("no running event loop")
    return cur_task


def _look(left):
    """Waits so long (None: for ever) for streams, and wakes who waits for them."""
    for flag in list(_flags):
        left = 0 if flag.look() else _FLAG_MS if left is None else min(left, _FLAG_MS)
    watch = []
    for entry in list(_streams.values()):
        bits = (POLLIN if entry[2] else 0) | (POLLOUT if entry[3] else 0)
        if entry[1] is not None:
            watch.append((entry[1], bits))
        else:
            left = 5 if left is None else min(left, 5)
            _ready(entry, entry[0].ioctl(3, bits))
    for handle, bits in _poll(watch, left) or ():
        for entry in list(_streams.values()):
            if entry[1] == handle:
                _ready(entry, bits)


def _ready(entry, bits):
    for which, bit in ((2, POLLIN), (3, POLLOUT)):
        task = entry[which]
        # An error is for both.
        if task is not None and bits & ~((POLLIN | POLLOUT) ^ bit):
            task._take_away()
            wake(task)


def run_until_complete(main):
    global cur_task
    while True:
        while _queue and _queue[0][2].task is None:
            heappop(_queue)
        left = max(0, _queue[0][0] - _hil.now()) if _queue else None
        if left is None and not _streams and not _flags:
            return None
        if _streams or _flags or left != 0:
            _look(left)
            if not _queue or _queue[0][0] > _hil.now():
                continue
        task = heappop(_queue)[2].task
        if task is None:
            continue
        task._where = None
        error, task._throw = task._throw, None
        if task._done:
            _unheard(task)
            continue
        cur_task = task
        try:
            if error is None:
                task.coro.send(None)
            else:
                task.coro.throw(error)
            if task._where is None:
                # It yielded to nobody in particular.
                wake(task)
        except StopIteration as e:
            task.value = e.value
            error = None
        except (CancelledError, Exception) as e:
            error = e
        else:
            continue
        finally:
            cur_task = None
        task._done = True
        task.error = error
        for waiting in task._waiting:
            wake(waiting)
        if task is main:
            if error is not None:
                raise error
            return task.value
        if error is not None and not task._waiting and not isinstance(error, CancelledError):
            # Whoever asks for it before its next turn has heard of it.
            wake(task)


def _unheard(task):
    if not task._heard:
        Loop.call_exception_handler({"message": "Task exception wasn't retrieved", "exception": task.error, "future": task})


def run(coro):
    return run_until_complete(create_task(coro))


async def _until_stopped():
    await wait_in(_forever)


class Loop:
    _handler = None

    def create_task(coro):
        return create_task(coro)

    def run_forever():
        run(_until_stopped())

    def run_until_complete(task):
        return run_until_complete(task if isinstance(task, Task) else create_task(task))

    def stop():
        while _forever:
            wake(_forever.pop())

    def close():
        pass

    def set_exception_handler(handler):
        Loop._handler = handler

    def get_exception_handler():
        return Loop._handler

    def default_exception_handler(loop, context):
        print(context["message"])
        print("future:", context["future"], "coro=", context["future"].coro)
        sys.print_exception(context["exception"])

    def call_exception_handler(context):
        (Loop._handler or Loop.default_exception_handler)(Loop, context)


def get_event_loop(runq_len=0, waitq_len=0):
    return Loop


def new_event_loop():
    global cur_task
    cur_task = None
    for each in (_queue, _streams, _flags, _forever):
        each.clear()
    Loop._handler = None
    return Loop


_ELSEWHERE = {
    "Event": "sync",
    "ThreadSafeFlag": "sync",
    "Lock": "sync",
    "wait_for": "funcs",
    "wait_for_ms": "funcs",
    "gather": "funcs",
    "Stream": "stream",
    "StreamReader": "stream",
    "StreamWriter": "stream",
    "open_connection": "stream",
    "start_server": "stream",
}


def __getattr__(name):
    if name == "core":
        return sys.modules["asyncio"]
    if name not in _ELSEWHERE:
        raise AttributeError(name)
    module = __import__("asyncio." + _ELSEWHERE[name], None, None, (name,))
    value = getattr(module, name)
    globals()[name] = value
    return value
