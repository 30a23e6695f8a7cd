# The ESP32's machine module: pins, timers and resets are the harness's. Nothing is wired to its buses (I2C, SPI,
# UART), and they say what a chip says then.

import _hil
from _board import ask, check, handlers, sleep as _sleep_ms

PWRON_RESET = 1
HARD_RESET = 2
WDT_RESET = 3
DEEPSLEEP_RESET = 4
SOFT_RESET = 5
PIN_WAKE = 2
TIMER_WAKE = 4

_PINS = 64


def reset():
    check(_hil.reboot("reset"))


def soft_reset():
    check(_hil.reboot("soft"))


def reset_cause():
    return _hil.resetCause


def wake_reason():
    return TIMER_WAKE if _hil.resetCause == DEEPSLEEP_RESET else 0


def unique_id():
    text = _hil.uniqueId
    return bytes(int(text[i : i + 2], 16) for i in range(0, len(text), 2))


def freq(hz=160000000):
    return hz


def deepsleep(ms=0):
    check(_hil.deepsleep(ms))


def lightsleep(ms=0):
    _sleep_ms(ms)


sleep = lightsleep


def idle():
    _sleep_ms(1)


def disable_irq():
    _hil.uninterrupted(True)
    return True


def bootloader(timeout=0):
    reset()


def enable_irq(state=True):
    _hil.uninterrupted(False)


class Pin:
    IN = 1
    OUT = 3
    OPEN_DRAIN = 7
    PULL_UP = 2
    PULL_DOWN = 1
    IRQ_RISING = 1
    IRQ_FALLING = 2
    WAKE_LOW = 4
    WAKE_HIGH = 5
    DRIVE_0 = 0
    DRIVE_1 = 1
    DRIVE_2 = 2
    DRIVE_3 = 3

    # By number: what mode, pull and output level a pin has belongs to the pin, not to an object.
    _modes = {}
    _pulls = {}
    _levels = {}

    def __init__(self, id, mode=-1, pull=-1, *, value=None, drive=0, hold=None):
        if isinstance(id, Pin):
            id = id.id
        if not isinstance(id, int) or not 0 <= id < _PINS:
            raise ValueError("invalid pin")
        self.id = id
        self.init(mode, pull, value=value)

    def init(self, mode=-1, pull=-1, *, value=None, drive=0, hold=None):
        if mode != -1:
            Pin._modes[self.id] = mode
        if pull != -1:
            Pin._pulls[self.id] = pull
        if value is not None:
            self.value(value)
        elif mode in (Pin.OUT, Pin.OPEN_DRAIN) and self.id not in Pin._levels:
            self.value(0)

    def value(self, *level):
        if level:
            on = 1 if level[0] else 0
            Pin._levels[self.id] = on
            ask(_hil.pin, self.id, on)
            return None
        if Pin._modes.get(self.id) in (Pin.OUT, Pin.OPEN_DRAIN):
            return Pin._levels.get(self.id, 0)
        driven = _hil.level(self.id)
        if driven >= 0:
            return driven
        return 0 if Pin._pulls.get(self.id) == Pin.PULL_DOWN else 1

    __call__ = value

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)

    def toggle(self):
        self.value(1 - self.value())

    def irq(self, handler=None, trigger=3, *, wake=None, hard=False):
        edges = []
        if trigger & Pin.IRQ_RISING:
            edges.append("1")
        if trigger & Pin.IRQ_FALLING:
            edges.append("0")
        for edge in ("0", "1"):
            event = "pin %d %s" % (self.id, edge)
            if handler is not None and edge in edges:
                handlers[event] = lambda: handler(self)
            else:
                handlers.pop(event, None)
        check(_hil.irq(self.id, handler is not None))

    def __repr__(self):
        return "Pin(%d)" % self.id


class Signal:
    def __init__(self, pin, *args, invert=False, **kwargs):
        self._pin = pin if isinstance(pin, Pin) else Pin(pin, *args, **kwargs)
        self._invert = invert

    def value(self, *level):
        if level:
            return self._pin.value(bool(level[0]) != self._invert)
        return int(bool(self._pin.value()) != self._invert)

    __call__ = value

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)


class Timer:
    ONE_SHOT = 0
    PERIODIC = 1
    _virtual = 100

    def __init__(self, id=-1, **settings):
        if id < 0:
            Timer._virtual += 1
            id = Timer._virtual
        self.id = id
        if settings:
            self.init(**settings)

    def init(self, *, mode=PERIODIC, freq=-1, period=-1, callback=None):
        if freq > 0:
            period = 1000 / freq
        handlers["timer %d" % self.id] = (lambda: callback(self)) if callback is not None else (lambda: None)
        check(_hil.timer(self.id, period, mode == Timer.PERIODIC))

    def deinit(self):
        handlers.pop("timer %d" % self.id, None)
        check(_hil.timer(self.id, 0, False))


class WDT:
    def __init__(self, id=0, timeout=5000):
        self._timeout = timeout
        self.feed()

    def feed(self):
        check(_hil.watchdog(self._timeout))


class PWM:
    """A pin whose level counts as high while its duty is more than half."""

    def __init__(self, pin, freq=5000, duty=512, *, duty_u16=None, duty_ns=None):
        self._pin = pin if isinstance(pin, Pin) else Pin(pin)
        self._freq = freq
        self._duty = 0
        self.duty_u16(duty * 64 if duty_u16 is None else duty_u16)

    def freq(self, *hz):
        if not hz:
            return self._freq
        self._freq = hz[0]

    def duty_u16(self, *duty):
        if not duty:
            return self._duty
        self._duty = duty[0]
        self._pin.value(self._duty > 32767)

    def duty(self, *duty):
        if not duty:
            return self._duty // 64
        self.duty_u16(duty[0] * 64)

    def deinit(self):
        self._pin.value(0)


class ADC:
    """Reads full scale or nothing: the harness drives levels, not voltages."""

    ATTN_0DB = 0
    ATTN_2_5DB = 1
    ATTN_6DB = 2
    ATTN_11DB = 3
    WIDTH_9BIT = 9
    WIDTH_10BIT = 10
    WIDTH_11BIT = 11
    WIDTH_12BIT = 12

    def __init__(self, pin, *, atten=ATTN_0DB):
        self._pin = pin if isinstance(pin, Pin) else Pin(pin, Pin.IN)

    def atten(self, atten):
        pass

    def width(self, width):
        pass

    def read(self):
        return 4095 if self._pin.value() else 0

    def read_u16(self):
        return 65535 if self._pin.value() else 0

    def read_uv(self):
        return 3300000 if self._pin.value() else 0


class RTC:
    """Its memory, and the time that is set, outlive everything but a power cut."""

    def datetime(self, *given):
        import time

        if given:
            y, mo, d, _w, h, mi, s, _us = given[0]
            time._set(time.mktime((y, mo, d, h, mi, s, 0, 0)))
            return None
        y, mo, d, h, mi, s, w, _yd = time.localtime()
        return (y, mo, d, w, h, mi, s, time.time_ns() // 1000 % 1000000)

    def init(self, given=None):
        if given is not None:
            self.datetime(given)

    def memory(self, *data):
        if not data:
            text = _hil.rtcMemory()
            return bytes(int(text[i : i + 2], 16) for i in range(0, len(text), 2))
        kept = data[0].encode() if isinstance(data[0], str) else bytes(data[0])
        if len(kept) > 2048:
            raise ValueError("buffer too long")
        check(_hil.keepRtc("".join("%02x" % byte for byte in kept)))


_BUSES = ("I2C", "SoftI2C", "SPI", "SoftSPI", "UART", "DAC", "TouchPad", "time_pulse_us", "bitstream")


def __getattr__(name):
    if name not in _BUSES:
        raise AttributeError(name)
    import _buses

    return getattr(_buses, name)
