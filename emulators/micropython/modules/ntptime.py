# The time of an NTP server: this computer's clock. Without Wi-Fi there is nobody to ask.

import _hil

host = "pool.ntp.org"
timeout = 1

_EPOCH_2000_MS = 946684800000


def time():
    # Without Wi-Fi no name is resolved, as lwIP says it.
    if _hil.wifi("state", "") != "up":
        raise OSError(-202)
    return int((_hil.utc() - _EPOCH_2000_MS) // 1000)


def settime():
    import time as clock

    clock._set(time())
