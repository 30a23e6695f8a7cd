# CircuitPython's analog pins: full scale or nothing.

import machine


class AnalogIn:
    reference_voltage = 3.3

    def __init__(self, pin):
        self._adc = machine.ADC(machine.Pin(pin.number))

    @property
    def value(self):
        return self._adc.read_u16()

    def deinit(self):
        pass


class AnalogOut:
    def __init__(self, pin):
        self.value = 0

    def deinit(self):
        pass
