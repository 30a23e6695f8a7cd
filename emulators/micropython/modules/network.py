# Wi-Fi. How long joining takes, and when it is lost, is the scenario's; the name and the password
# are not looked at.

import _hil
from _board import sleep as _sleep_ms

STA_IF = 0
AP_IF = 1
STAT_IDLE = 1000
STAT_CONNECTING = 1001
STAT_GOT_IP = 1010
STAT_NO_AP_FOUND = 201
STAT_WRONG_PASSWORD = 202
STAT_BEACON_TIMEOUT = 200
AUTH_OPEN = 0
AUTH_WPA_PSK = 2
AUTH_WPA2_PSK = 3
AUTH_WPA_WPA2_PSK = 4
MODE_11B = 1
MODE_11G = 2
MODE_11N = 4
PHY_LAN8720 = 0

_hostname = "mpy-esp32"


def hostname(*name):
    global _hostname
    if not name:
        return _hostname
    _hostname = name[0]


def country(*code):
    return "XX"


class WLAN:
    IF_STA = STA_IF
    IF_AP = AP_IF
    PM_NONE = 0
    PM_PERFORMANCE = 1
    PM_POWERSAVE = 2
    _active = [False, False]
    _ssid = ""

    def __init__(self, interface=STA_IF):
        self._interface = interface

    def active(self, *on):
        if not on:
            return WLAN._active[self._interface]
        WLAN._active[self._interface] = bool(on[0])
        if not on[0] and self._interface == STA_IF:
            _hil.wifi("leave", "")
        return bool(on[0])

    def connect(self, ssid=None, key=None, *, bssid=None):
        if not WLAN._active[STA_IF]:
            raise OSError("Wifi Not Started")
        WLAN._ssid = ssid.decode() if isinstance(ssid, (bytes, bytearray)) else (ssid or WLAN._ssid)
        _hil.wifi("join", WLAN._ssid)

    def disconnect(self):
        _hil.wifi("leave", "")

    def isconnected(self):
        if self._interface == AP_IF or not WLAN._active[STA_IF]:
            return False
        if _hil.wifi("state", "") == "up":
            return True
        _sleep_ms(1)  # programs ask in a busy loop
        return False

    def status(self, what=None):
        if what == "rssi":
            return -50
        if what is not None:
            raise ValueError("unknown status param")
        state = _hil.wifi("state", "")
        return {"up": STAT_GOT_IP, "joining": STAT_CONNECTING, "lost": STAT_BEACON_TIMEOUT}.get(state, STAT_IDLE)

    def ifconfig(self, *_):
        if self._interface == AP_IF and WLAN._active[AP_IF]:
            return ("192.168.4.1", "255.255.255.0", "192.168.4.1", "0.0.0.0")
        up = self._interface == STA_IF and _hil.wifi("state", "") == "up"
        ip = "192.168.4.%d" % (2 + int(_hil.uniqueId[-2:], 16) % 250) if up else "0.0.0.0"
        return (ip, "255.255.255.0", "192.168.4.1", "192.168.4.1") if up else (ip, ip, ip, ip)

    def ipconfig(self, *what, **_):
        if not what:
            return None
        ip, mask, gateway, _dns = self.ifconfig()
        return {"addr4": (ip, mask), "gw4": gateway, "has_dhcp4": self.isconnected(), "dhcp4": True}.get(what[0])

    def config(self, *what, **_):
        if not what:
            return None
        import machine

        return {
            "mac": machine.unique_id(),
            "essid": WLAN._ssid,
            "ssid": WLAN._ssid,
            "hostname": _hostname,
            "dhcp_hostname": _hostname,
            "channel": 6,
            "reconnects": -1,
            "txpower": 20,
            "pm": 1,
        }[what[0]]

    def scan(self):
        return [(WLAN._ssid.encode() or b"mqtt-hil", b"\x02\x00\x00\x00\x00\x01", 6, -50, AUTH_WPA2_PSK, False)]


def ipconfig(*_, **__):
    return None
