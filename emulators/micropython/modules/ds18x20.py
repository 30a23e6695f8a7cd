# Thermometers on a bus of one wire; there are none.

from onewire import OneWireError


class DS18X20:
    def __init__(self, onewire):
        self.ow = onewire

    def scan(self):
        return [rom for rom in self.ow.scan() if rom[0] in (0x10, 0x22, 0x28)]

    def convert_temp(self):
        self.ow.reset(True)

    def read_scratch(self, rom):
        raise OneWireError

    def read_temp(self, rom):
        raise OneWireError
