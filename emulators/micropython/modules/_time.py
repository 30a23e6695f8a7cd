# time, as on an ESP32: sleeping gives the processor away, time() is whole seconds since 2000, and
# the ticks begin at boot.

import time as _built_in
from time import *

import _hil
from _board import sleep as _sleep_ms

_EPOCH_2000_MS = 946684800000
# The clock ticks in whole seconds since power-on, as a board's does that nobody has set to the millisecond.
_at_boot = int((_hil.clock() - _hil.now() - _EPOCH_2000_MS) // 1000)
_PERIOD = 1 << 30


def sleep(seconds):
    _sleep_ms(seconds * 1000)


def sleep_ms(ms):
    _sleep_ms(ms)


def sleep_us(us):
    _sleep_ms(us / 1000)


def ticks_ms():
    return int(_hil.now()) % _PERIOD


def ticks_us():
    return int(_hil.now() * 1000) % _PERIOD


def ticks_cpu():
    return ticks_us()


def ticks_add(ticks, delta):
    return (ticks + delta) % _PERIOD


def ticks_diff(end, start):
    return (end - start + _PERIOD // 2) % _PERIOD - _PERIOD // 2


def time():
    return _at_boot + int(_hil.now() // 1000)


def time_ns():
    return (_at_boot * 1000000 + int(_hil.now() * 1000)) * 1000


def _set(seconds):
    """RTC.datetime(). It outlives everything but a power cut."""
    global _at_boot
    # Not a whole number: those cross as 32 bits.
    _hil.keepClock(seconds + 0.5)
    _at_boot = seconds - int(_hil.now() // 1000)


def localtime(seconds=None):
    return _built_in.gmtime((time() if seconds is None else seconds) + _EPOCH_2000_MS // 1000)


gmtime = localtime


def mktime(t):
    return int(_built_in.mktime(t)) - _EPOCH_2000_MS // 1000


# CircuitPython's.
def monotonic():
    return _hil.now() / 1000


def monotonic_ns():
    return int(_hil.now() * 1000) * 1000
