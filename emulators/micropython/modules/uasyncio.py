# The name of MicroPython before 1.21.

import asyncio as _asyncio


def __getattr__(name):
    return getattr(_asyncio, name)
