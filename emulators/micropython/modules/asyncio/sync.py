# What tasks wait for one another with.

from . import _flags, wait_in, wake


class Event:
    def __init__(self):
        self._set = False
        self._waiting = []

    def is_set(self):
        return self._set

    def set(self):
        self._set = True
        while self._waiting:
            wake(self._waiting.pop(0))

    def clear(self):
        self._set = False

    async def wait(self):
        if not self._set:
            await wait_in(self._waiting)
        return True


class ThreadSafeFlag:
    """May be set by the function of a timer or pin, whatever the program is doing; one task may wait for it."""

    def __init__(self):
        self.state = 0
        self._waiting = []

    def set(self):
        self.state = 1

    def look(self):
        """By the loop: a function that interrupts must not change what tasks wait in."""
        while self.state and self._waiting:
            wake(self._waiting.pop(0))
        return self.state

    def clear(self):
        self.state = 0

    async def wait(self):
        if not self.state:
            _flags.add(self)
            try:
                await wait_in(self._waiting)
            finally:
                _flags.discard(self)
        self.state = 0


class _Turn:
    def __init__(self):
        self.tasks = []


class Lock:
    def __init__(self):
        self._locked = False
        self._turns = []

    def locked(self):
        return self._locked

    async def acquire(self):
        if not self._locked:
            self._locked = True
            return True
        turn = _Turn()
        self._turns.append(turn)
        try:
            await wait_in(turn.tasks)
        except BaseException as e:
            if turn in self._turns:
                self._turns.remove(turn)
            else:
                self.release()
            raise e
        return True

    def release(self):
        if not self._locked:
            raise RuntimeError("Lock not acquired")
        # Whose turn it is has it at once: nobody can take it in between.
        if self._turns:
            wake(self._turns.pop(0).tasks.pop())
        else:
            self._locked = False

    async def __aenter__(self):
        return await self.acquire()

    async def __aexit__(self, *_):
        self.release()
