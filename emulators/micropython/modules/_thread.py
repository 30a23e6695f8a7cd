# One interpreter, one thread: locks work, a second thread cannot be had. Saying so beats a thread
# that never runs.


class LockType:
    def __init__(self):
        self._locked = False

    def acquire(self, wait=1, timeout=-1):
        if self._locked:
            if not wait:
                return False
            raise RuntimeError("deadlock: the only thread waits for its own lock")
        self._locked = True
        return True

    def release(self):
        if not self._locked:
            raise RuntimeError("release unlocked lock")
        self._locked = False

    def locked(self):
        return self._locked

    def __enter__(self):
        self.acquire()
        return self

    def __exit__(self, *_):
        self.release()


def allocate_lock():
    return LockType()


def get_ident():
    return 1


def stack_size(*_):
    return 0


def start_new_thread(function, args, kwargs=None):
    raise NotImplementedError("a virtual board has one thread; use machine.Timer")
