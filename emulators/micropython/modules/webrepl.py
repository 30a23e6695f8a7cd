# WebREPL as programs start it. A virtual board's only network is its link, so that nobody can come in: it says what
# it says on a chip, and serves nothing. Its console is there by `hil device` and `hil emulate micropython --pty`.

import network

_MOST = 9


def _listen(port, password):
    own = password
    if own is None:
        try:
            import webrepl_cfg

            own = webrepl_cfg.PASS
        except Exception:
            print("WebREPL is not configured, run 'import webrepl_setup'")
    if not isinstance(own, (str, bytes)):
        raise TypeError("can't convert '%s' object to str implicitly" % own.__class__.__name__)
    if len(own) > _MOST:
        raise ValueError
    heard = False
    for interface in (network.AP_IF, network.STA_IF):
        wlan = network.WLAN(interface)
        if wlan.active():
            print("WebREPL server started on http://%s:%d/" % (wlan.ifconfig()[0], port))
            heard = True
    if not heard:
        print("WebREPL no active interface")


def start(port=8266, password=None, accept_handler=None):
    _listen(port, password)
    print("Started webrepl in %s mode" % ("normal" if password is None else "manual override"))


def start_foreground(port=8266, password=None):
    import time

    _listen(port, password)
    print("Starting webrepl in foreground mode")
    # It waits for who never comes.
    while True:
        time.sleep(1)


def stop():
    pass
