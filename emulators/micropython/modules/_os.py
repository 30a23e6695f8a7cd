# os, with what the web build leaves out: uname, urandom, getenv (CircuitPython's, from settings.toml).

import os as _os
from os import *
from os import path
from collections import namedtuple

import _hil

_uname = namedtuple("uname", ("sysname", "nodename", "release", "version", "machine"))


def uname():
    return _uname("esp32", "esp32", "1.27.0", "v1.27.0 (virtual board of mqtt-hil)", "Generic ESP32 module with ESP32")


_HIDDEN = ".nvs"  # in this firmware it is a file; on a chip it is a partition


def listdir(*where):
    return [name for name in _os.listdir(*where) if name != _HIDDEN]


def ilistdir(*where):
    return (entry for entry in _os.ilistdir(*where) if entry[0] != _HIDDEN)


def urandom(n):
    import random

    return bytes(random.getrandbits(8) for _ in range(n))


def sync():
    pass


def dupterm(stream, index=0):
    return None


def getenv(name, default=None):
    try:
        with open("/settings.toml") as file:
            lines = file.read().split("\n")
    except OSError:
        return default
    for line in lines:
        key, found, value = line.partition("=")
        if not found or key.strip() != name:
            continue
        value = value.strip()
        if value[:1] in ("'", '"'):
            return value[1 : value.index(value[0], 1)]
        value = value.split("#")[0].strip()
        try:
            return int(value)
        except ValueError:
            return value
    return default
