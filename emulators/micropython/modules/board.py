# CircuitPython's names of an ESP32's pins.

from microcontroller import Pin


def __getattr__(name):
    for prefix in ("IO", "GPIO", "D"):
        number = name[len(prefix) :]
        if name.startswith(prefix) and number.isdigit() and int(number) < 64:
            return Pin(int(number))
    if name in _NAMED:
        return Pin(_NAMED[name])
    raise AttributeError(name)


_NAMED = {"BUTTON": 0, "BOOT0": 0, "LED": 2}
