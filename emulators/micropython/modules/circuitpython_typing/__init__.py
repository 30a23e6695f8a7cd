# The types of CircuitPython's libraries: names for annotations only.

from typing import __getattr__
