# The board's clock is the computer's; there is nothing to set.

host = "pool.ntp.org"
timeout = 1


def time():
    import time as clock

    return clock.time()


def settime():
    pass
