# Sensors of the chip itself.

WAKEUP_ALL_LOW = False
WAKEUP_ANY_HIGH = True
HEAP_DATA = 4
HEAP_EXEC = 1


def raw_temperature():
    return 128


def mcu_temperature():
    return 53


def hall_sensor():
    return 0


def wake_on_ext0(*_, **__):
    pass


def wake_on_ext1(*_, **__):
    pass
