# micropython, with what the web build leaves out.

import micropython as _built_in


def alloc_emergency_exception_buf(size):
    pass


def __getattr__(name):
    return getattr(_built_in, name)
