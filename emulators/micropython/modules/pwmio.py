# CircuitPython's PWM: the pin counts as high while its duty is more than half.

import machine


class PWMOut:
    def __init__(self, pin, *, duty_cycle=0, frequency=500, variable_frequency=False):
        self._pwm = machine.PWM(machine.Pin(pin.number), freq=frequency, duty_u16=duty_cycle)
        self.frequency = frequency

    @property
    def duty_cycle(self):
        return self._pwm.duty_u16()

    @duty_cycle.setter
    def duty_cycle(self, duty):
        self._pwm.duty_u16(duty)

    def deinit(self):
        self._pwm.deinit()
