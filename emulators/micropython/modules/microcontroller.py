# CircuitPython's view of the chip.

import machine


class Pin:
    def __init__(self, number):
        self.number = number

    def __repr__(self):
        return "board.IO%d" % self.number


class _Cpu:
    @property
    def uid(self):
        return machine.unique_id()

    temperature = 53.0
    frequency = 160000000
    voltage = None


cpu = _Cpu()


def reset():
    machine.reset()
