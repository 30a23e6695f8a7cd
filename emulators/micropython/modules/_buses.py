# Of machine, what programs seldom ask for: buses with nothing wired to them, and pins for more than levels.

from _board import sleep as _sleep_ms

_ENODEV = 19


class I2C:
    """A bus on which nobody answers."""

    def __init__(self, id=-1, *, scl=None, sda=None, freq=400000, timeout=50000):
        pass

    def init(self, **_):
        pass

    def deinit(self):
        pass

    def scan(self):
        return []

    def _nobody(self, *_, **__):
        raise OSError(_ENODEV)

    readfrom = readfrom_into = writeto = writevto = _nobody
    readfrom_mem = readfrom_mem_into = writeto_mem = _nobody

    def start(self):
        pass

    def stop(self):
        pass

    def write(self, buf):
        return 0

    def readinto(self, buf, nack=True):
        raise OSError(_ENODEV)


class SoftI2C(I2C):
    def __init__(self, scl=None, sda=None, *, freq=400000, timeout=50000):
        pass


class SPI:
    """What is sent goes nowhere; what is read is zeros."""

    MSB = 0
    LSB = 1

    def __init__(self, id=-1, *_, **__):
        pass

    def init(self, **_):
        pass

    def deinit(self):
        pass

    def read(self, count, write=0):
        return bytes(count)

    def readinto(self, buf, write=0):
        buf[:] = bytes(len(buf))

    def write(self, buf):
        pass

    def write_readinto(self, write_buf, read_buf):
        read_buf[:] = bytes(len(read_buf))


SoftSPI = SPI


class UART:
    """Nobody is at the other end. The console is not one of these."""

    INV_TX = 32
    INV_RX = 4
    RTS = 1
    CTS = 2

    def __init__(self, id, baudrate=115200, *_, **__):
        pass

    def init(self, *_, **__):
        pass

    def deinit(self):
        pass

    def any(self):
        return 0

    def read(self, count=-1):
        return None

    readline = read

    def readinto(self, buf, count=-1):
        return None

    def write(self, buf):
        return len(buf)

    def sendbreak(self):
        pass

    def flush(self):
        pass

    def txdone(self):
        return True

    def ioctl(self, request, flags):
        # It can be written to at any time.
        return flags & 4


class DAC:
    def __init__(self, pin):
        pass

    def write(self, value):
        pass


class TouchPad:
    """Touched while its pin is driven low."""

    def __init__(self, pin):
        self._pin = pin

    def read(self):
        return 600 if self._pin.value() else 100

    def config(self, threshold):
        pass


def time_pulse_us(pin, level, timeout_us=1000000):
    """No pulse comes: -2 is a wait for its beginning that was too long."""
    _sleep_ms(timeout_us / 1000)
    return -1 if pin.value() == level else -2


def bitstream(pin, encoding, timing, data):
    pass
