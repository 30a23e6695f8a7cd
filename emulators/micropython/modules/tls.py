# What ssl stands on since MicroPython 1.23.

from ssl import *
