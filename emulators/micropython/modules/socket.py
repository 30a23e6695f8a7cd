# Sockets as lwIP has them on an ESP32. The board's only network is its link: whatever host and port
# a program names, the other end is the broker of the scenario, once Wi-Fi has been joined.

import _hil
from _board import ask, check
from uctypes import addressof

AF_INET = 2
AF_INET6 = 10
SOCK_STREAM = 1
SOCK_DGRAM = 2
SOCK_RAW = 3
IPPROTO_IP = 0
IPPROTO_TCP = 6
IPPROTO_UDP = 17
SOL_SOCKET = 4095
SO_REUSEADDR = 4
SO_KEEPALIVE = 8
SO_BROADCAST = 32
TCP_NODELAY = 1

_EAGAIN = 11
_EHOSTUNREACH = 113
_EOPNOTSUPP = 95
# esp_netif's "no such name" while there is no network.
_NO_NETWORK = -202
_MOST = 65536

error = OSError


def _online():
    return _hil.wifi("state", "") == "up"


def getaddrinfo(host, port, af=0, type=0, proto=0, flags=0):
    if not _online():
        raise OSError(_NO_NETWORK)
    if isinstance(host, (bytes, bytearray)):
        host = host.decode()
    elif not isinstance(host, str):
        raise TypeError("can't convert '%s' object to str implicitly" % host.__class__.__name__)
    return [(AF_INET, SOCK_STREAM, 0, "", (host, port))]


class socket:
    def __init__(self, af=AF_INET, type=SOCK_STREAM, proto=0):
        self._type = type
        self._handle = check(_hil.socket())

    def connect(self, address):
        if self._type != SOCK_STREAM:
            raise OSError(_EOPNOTSUPP)
        host, port = address[0], address[1]
        if not _online():
            raise OSError(_EHOSTUNREACH)
        ask(_hil.connect, self._handle, host if isinstance(host, str) else host.decode(), port)

    def settimeout(self, seconds):
        check(_hil.settimeout(self._handle, seconds))

    def setblocking(self, on):
        check(_hil.setblocking(self._handle, bool(on)))

    def setsockopt(self, level, option, value):
        pass

    def fileno(self):
        return self._handle

    def write(self, data, *limits):
        if isinstance(data, str):
            data = data.encode()
        size = len(data)
        if len(limits) == 1:
            size = min(size, limits[0])
        elif limits:
            data = bytes(data[limits[0] : limits[0] + limits[1]])
            size = len(data)
        # Without blocking, a full buffer takes nothing.
        if size > 0 and ask(_hil.write, self._handle, addressof(data), size) is None:
            return None
        return size

    def send(self, data):
        sent = self.write(data)
        if sent is None:
            raise OSError(_EAGAIN)
        return sent

    def sendall(self, data):
        self.send(data)

    def _read(self, size, exact):
        got = ask(_hil.read, self._handle, size, exact)
        if got is None:
            return None
        data = bytearray(got)
        if got:
            _hil.take(addressof(data))
        return bytes(data)

    def read(self, size=-1):
        if 0 <= size <= _MOST:
            return self._read(size, True)
        parts = []
        left = size
        while left:
            part = self._read(_MOST if left < 0 else min(left, _MOST), True)
            if not part:
                break
            parts.append(part)
            if left > 0:
                left -= len(part)
            elif len(part) < _MOST:
                break
        return b"".join(parts)

    def readinto(self, buffer, size=-1):
        data = self.read(len(buffer) if size < 0 else min(size, len(buffer)))
        if data is None:
            return None
        buffer[: len(data)] = data
        return len(data)

    def readline(self, size=-1):
        line = b""
        while size < 0 or len(line) < size:
            byte = self.read(1)
            if not byte:
                return line or byte
            line += byte
            if byte == b"\n":
                break
        return line

    def recv(self, size):
        data = self._read(min(size, _MOST), False)
        if data is None:
            raise OSError(_EAGAIN)
        return data

    def recvfrom(self, size):
        return self.recv(size), ("0.0.0.0", 0)

    # CircuitPython's.
    def recv_into(self, buffer, size=0):
        data = self.recv(size or len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def makefile(self, mode="rb", buffering=0):
        return self

    def close(self):
        _hil.close(self._handle)

    def bind(self, address):
        raise OSError(_EOPNOTSUPP)

    def listen(self, backlog=1):
        raise OSError(_EOPNOTSUPP)

    def accept(self):
        raise OSError(_EOPNOTSUPP)

    def sendto(self, data, address):
        raise OSError(_EOPNOTSUPP)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def create_connection(address, timeout=None):
    made = socket()
    made.settimeout(timeout)
    made.connect(address)
    return made
