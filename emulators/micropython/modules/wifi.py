# CircuitPython's Wi-Fi.

import network

_sta = network.WLAN(network.STA_IF)


class Radio:
    enabled = True
    hostname = "cpy-esp32"

    def connect(self, ssid, password=b"", *, channel=0, bssid=None, timeout=10):
        import time

        _sta.active(True)
        _sta.connect(ssid, password)
        end = time.monotonic() + (timeout or 10)
        while not _sta.isconnected():
            if time.monotonic() > end:
                raise ConnectionError("No network with that ssid")

    def stop_station(self):
        _sta.active(False)

    @property
    def connected(self):
        return _sta.isconnected()

    @property
    def ipv4_address(self):
        return _sta.ifconfig()[0] if _sta.isconnected() else None

    @property
    def mac_address(self):
        return _sta.config("mac")

    @property
    def ap_info(self):
        return None


class ConnectionError(OSError):
    pass


radio = Radio()
