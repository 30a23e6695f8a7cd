# CircuitPython's pins.

import machine


class Direction:
    INPUT = "INPUT"
    OUTPUT = "OUTPUT"


class Pull:
    UP = machine.Pin.PULL_UP
    DOWN = machine.Pin.PULL_DOWN


class DriveMode:
    PUSH_PULL = "PUSH_PULL"
    OPEN_DRAIN = "OPEN_DRAIN"


class DigitalInOut:
    def __init__(self, pin):
        self._pin = machine.Pin(pin.number, machine.Pin.IN)
        self._direction = Direction.INPUT
        self._pull = None

    def switch_to_output(self, value=False, drive_mode=DriveMode.PUSH_PULL):
        self._direction = Direction.OUTPUT
        self._pin.init(machine.Pin.OUT, value=value)

    def switch_to_input(self, pull=None):
        self._direction = Direction.INPUT
        self._pin.init(machine.Pin.IN, -1 if pull is None else pull)
        self._pull = pull

    @property
    def direction(self):
        return self._direction

    @direction.setter
    def direction(self, direction):
        if direction == Direction.OUTPUT:
            self.switch_to_output()
        else:
            self.switch_to_input()

    @property
    def pull(self):
        return self._pull

    @pull.setter
    def pull(self, pull):
        self.switch_to_input(pull)

    @property
    def value(self):
        return bool(self._pin.value())

    @value.setter
    def value(self, value):
        if self._direction != Direction.OUTPUT:
            raise AttributeError("Cannot set value when direction is input.")
        self._pin.value(value)

    def deinit(self):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.deinit()
