# Between the board's modules and the harness. A call that is answered with "events" was not done:
# something has happened that a board would interrupt for. See to it, then ask again.

import sys

import _hil
from uctypes import addressof

_EVENTS = -1000
_NOTHING = -1001
_INTERRUPTED = -1002
_REFUSED = -1003

# By what happened: "timer 3", "pin 0".
handlers = {}

_dispatching = False


def dispatch(_=None):
    """Runs the functions of timers and pins for which something has happened."""
    global _dispatching
    if _dispatching:
        return
    _dispatching = True
    _hil.uninterrupted(True)
    try:
        while True:
            events = _hil.events()
            if not events:
                return
            for event in events.split("\n"):
                handler = handlers.get(event)
                if handler is None:
                    continue
                try:
                    handler()
                except Exception as e:
                    # A board prints it and goes on, too.
                    sys.print_exception(e)
    finally:
        _hil.uninterrupted(False)
        _dispatching = False


def check(code):
    """The answer; raises what the call raised. None: there was nothing."""
    if code >= 0:
        return code
    if code == _NOTHING:
        return None
    if code == _INTERRUPTED:
        # It is raised at a branch.
        for _ in range(100):
            pass
        raise KeyboardInterrupt
    if code == _REFUSED:
        raise ValueError(_hil.why())
    raise OSError(code + 2000 if code <= -2000 else -code)


def ask(function, *args):
    while True:
        code = function(*args)
        if code != _EVENTS:
            return check(code)
        dispatch()


def poll(watch, ms):
    """Pairs of socket (0: the console) and bits that are ready; None: something else has happened meanwhile."""
    code = _hil.poll("\n".join("%d %d" % pair for pair in watch), ms)
    if code == _EVENTS:
        dispatch()
        return None
    check(code)
    if code == 0:
        return []
    found = bytearray(code)
    _hil.take(addressof(found))
    return [tuple(int(word) for word in line.split()) for line in found.decode().split("\n")]


def sleep(ms):
    end = _hil.now() + ms
    while True:
        code = _hil.sleep(ms)
        if code != _EVENTS:
            check(code)
            return
        dispatch()
        ms = end - _hil.now()
        if ms <= 0:
            return
