# One interpreter, one stack: MicroPython's WebAssembly build has no threads, and two stacks cannot take turns in one
# WebAssembly instance, not even at sleeps. So a second thread cannot be had; saying so beats one that never runs.
# Locks work: the functions of timers and pins run between the steps of a program, and may hold or release one.

import _hil
from _board import handlers, sleep as _sleep_ms


class LockType:
    def __init__(self):
        self._locked = False

    def acquire(self, wait=1, timeout=-1):
        end = None if timeout < 0 else _hil.now() + timeout * 1000
        while self._locked:
            if not wait or (end is not None and _hil.now() >= end):
                return False
            if end is None and not handlers:
                raise RuntimeError("deadlock: the only thread waits for a lock that nobody can release")
            _sleep_ms(1)
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


def exit():
    raise SystemExit


def start_new_thread(function, args, kwargs=None):
    raise NotImplementedError("start_new_thread: a virtual board has one thread; use machine.Timer, or a real board")
