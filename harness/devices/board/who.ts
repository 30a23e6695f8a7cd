// Asked at a REPL: who the board is, a line each: its id in hex, its chip, its firmware.

export const WHO = `
import sys
from binascii import hexlify
try:
    import machine
    uid = machine.unique_id()
except (ImportError, AttributeError):
    import microcontroller
    uid = microcontroller.cpu.uid
try:
    import os
    chip = os.uname().machine
except AttributeError:
    chip = sys.platform
print(hexlify(uid).decode())
print(chip)
print(sys.implementation.name, ".".join(str(v) for v in sys.implementation.version[:3]))
`
