# The first thing that runs on a virtual board: its flash, its modules, and the function by which
# boot.py and main.py are run. What stands in sys.modules is found before what MicroPython has built in.

import io
import os
import sys

import _hil
from micropython import schedule

# Emscripten's errno numbers are its own.
_ERRNO = {2: 1, 44: 2, 20: 17, 54: 20, 31: 21, 28: 22, 55: 39, 69: 30}


class Flash:
    """A file system whose errors are those of a board."""

    def __init__(self, root):
        self._vfs = os.VfsPosix(root)

    def mount(self, readonly, mkfs):
        self._vfs.mount(readonly, mkfs)

    def umount(self):
        self._vfs.umount()

    def _do(self, name, *args):
        try:
            return getattr(self._vfs, name)(*args)
        except OSError as e:
            raise OSError(_ERRNO.get(e.errno, e.errno))

    def open(self, path, mode):
        return self._do("open", path, mode)

    def stat(self, path):
        return self._do("stat", path)

    def statvfs(self, path):
        return (4096, 4096, 512, 448, 448, 0, 0, 0, 0, 255)

    def ilistdir(self, path):
        return self._do("ilistdir", path)

    def mkdir(self, path):
        return self._do("mkdir", path)

    def rmdir(self, path):
        return self._do("rmdir", path)

    def remove(self, path):
        return self._do("remove", path)

    def rename(self, old, new):
        return self._do("rename", old, new)

    def chdir(self, path):
        return self._do("chdir", path)

    def getcwd(self):
        return self._vfs.getcwd()


_flash = Flash("/flash")
_rom = os.VfsPosix("/rom")
os.umount("/")
os.mount(_flash, "/")
os.mount(_rom, "/rom")
os.chdir("/")
# Its own modules before those of the web build; before both, the flash's.
sys.path.remove(".frozen")
sys.path.append(".frozen")


def _alias(name, module, *others):
    for each in (name,) + others:
        sys.modules[each] = module


import _board

_hil.rehearse()
schedule(_board.dispatch, None)
_hil.rehearsed(id(_board.dispatch))

import _os
import _micropython
import _sys
import _time

_alias("os", _os, "uos")
_alias("time", _time, "utime")
_alias("sys", _sys, "usys")
_alias("micropython", _micropython)
_alias("os.path", _os.path)


import builtins
import random

random.seed(_hil.seed)


def _input(prompt=""):
    """A line typed on the console, with the echo that a board gives."""
    print(prompt, end="")
    line = ""
    while True:
        key = chr(_board.ask(_hil.key))
        if key in "\r\n":
            print()
            return line
        if key in "\x08\x7f":
            if line:
                line = line[:-1]
                print("\x08 \x08", end="")
        elif key == "\x04":
            raise EOFError
        else:
            line += key
            print(key, end="")


builtins.input = _input


_error = ""


def show(error):
    """The traceback as a board prints it: without our own frames."""
    global _error
    text = io.StringIO()
    sys.print_exception(error, text)
    lines = text.getvalue().rstrip("\n").split("\n")
    print("\n".join(l for l in lines if '"<stdin>"' not in l and "/rom/_boot.py" not in l))
    _error = lines[-1].rstrip(": ")


def run(path):
    """Runs a file as a board does at boot. True: it asked for a restart, by sys.exit()."""
    try:
        with open(path) as file:
            source = file.read()
    except OSError:
        return False
    import __main__

    _hil.running(True)
    try:
        exec(compile(source, path, "exec"), __main__.__dict__)
    except SystemExit:
        return True
    except BaseException as e:
        # From here on a Ctrl-C is for the prompt.
        _hil.running(False)
        show(e)
    _hil.running(False)
    return False


def boot(main):
    """boot.py, then main.py (or CircuitPython's code.py), unless a raw REPL wants the board."""
    program = "main.py" if "main.py" in os.listdir("/") else "code.py"
    if run("boot.py") or (main and run(program)):
        _hil.reboot("soft")
    _hil.idle(_error)
