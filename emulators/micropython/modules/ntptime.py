# The board's clock is the computer's; there is nothing to set, and without Wi-Fi nobody to ask.

host = "pool.ntp.org"
timeout = 1


def time():
    import time as clock

    return clock.time()


def settime():
    import _hil

    # Without Wi-Fi no name is resolved, as lwIP says it.
    if _hil.wifi("state", "") != "up":
        raise OSError(-202)
