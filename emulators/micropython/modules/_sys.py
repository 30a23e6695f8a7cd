# sys, by the name of an ESP32. Everything else is the interpreter's own.

import sys as _built_in

platform = "esp32"


def __getattr__(name):
    return getattr(_built_in, name)
