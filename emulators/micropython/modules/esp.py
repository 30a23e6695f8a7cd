# What programs for the ESP8266 and ESP32 call out of habit.


def osdebug(level, *_):
    pass


def flash_size():
    return 4 * 1024 * 1024


def flash_user_start():
    return 0x200000


def sleep_type(*_):
    return 0
