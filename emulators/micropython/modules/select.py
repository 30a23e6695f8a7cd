# select over the board's sockets and its console. A class of the program's own, as io.IOBase has them, is asked by its
# ioctl, every few milliseconds.

import sys

import _hil
from _board import poll as _poll

POLLIN = 1
POLLOUT = 4
POLLERR = 8
POLLHUP = 16

_MP_STREAM_POLL = 3
_ASK_AGAIN_MS = 5


def handle_of(stream):
    """What the harness knows it by; None: it is a class of the program's own."""
    handle = getattr(stream, "_handle", None)
    if handle is not None:
        return handle
    if stream is sys.stdin or stream is getattr(sys.stdin, "buffer", None):
        return 0
    if not hasattr(stream, "ioctl"):
        raise OSError(22)
    return None


class Poll:
    def __init__(self):
        self._watched = {}

    def register(self, stream, eventmask=POLLIN | POLLOUT):
        known = id(stream) in self._watched
        self._watched[id(stream)] = [stream, handle_of(stream), eventmask, 0]
        return not known

    def unregister(self, stream):
        self._watched.pop(id(stream), None)

    def modify(self, stream, eventmask):
        if id(stream) not in self._watched:
            raise OSError(2)
        self._watched[id(stream)][2] = eventmask

    def poll(self, timeout=-1, flags=0):
        return list(self.ipoll(timeout, flags))

    def ipoll(self, timeout=-1, flags=0):
        end = None if timeout < 0 else _hil.now() + timeout
        while True:
            found = self._look(end)
            if found or (end is not None and _hil.now() >= end):
                break
        for entry, bits in found:
            if flags & 1:
                entry[2] = 0
            yield entry[0], bits

    def _look(self, end):
        left = None if end is None else max(0, end - _hil.now())
        entries = self._watched.values()
        found = []
        own = False
        for entry in entries:
            stream, handle, mask, _ = entry
            if handle is None:
                own = True
                bits = stream.ioctl(_MP_STREAM_POLL, mask) & (mask | POLLERR | POLLHUP)
                if bits:
                    found.append((entry, bits))
        watch = [(entry[1], entry[2]) for entry in entries if entry[1] is not None and entry[2]]
        if found:
            left = 0
        elif own:
            left = _ASK_AGAIN_MS if left is None else min(left, _ASK_AGAIN_MS)
        for handle, bits in _poll(watch, left) or ():
            for entry in entries:
                if entry[1] == handle:
                    found.append((entry, bits))
        return found


def poll():
    return Poll()


def select(readers, writers, failures, timeout=None):
    watching = Poll()
    masks = {}
    for streams, mask in ((readers, POLLIN), (writers, POLLOUT), (failures, 0)):
        for stream in streams:
            masks[id(stream)] = masks.get(id(stream), 0) | mask
            watching.register(stream, masks[id(stream)])
    found = {id(stream): bits for stream, bits in watching.poll(-1 if timeout is None else int(timeout * 1000))}
    ready = lambda streams, bits: [stream for stream in streams if found.get(id(stream), 0) & bits]
    return ready(readers, POLLIN | POLLHUP), ready(writers, POLLOUT), ready(failures, POLLERR)
