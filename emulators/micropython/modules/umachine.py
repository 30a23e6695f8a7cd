# The name of MicroPython before 1.21.

from machine import *
