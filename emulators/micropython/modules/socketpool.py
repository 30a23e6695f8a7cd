# CircuitPython's sockets: the same, made by a pool. Like those of a board they know recv_into and no
# exact reads, and a read whose time is up is an OSError(ETIMEDOUT).

import socket as _socket


class Socket:
    def __init__(self, made):
        self._socket = made
        self._handle = made._handle
        self._connected = False
        self._wrap = None

    def connect(self, address):
        self._socket.connect(address)
        self._connected = True
        if self._wrap is not None:
            context, name = self._wrap
            context.wrap_socket(self._socket, server_hostname=name)

    def _secure_later(self, context, server_hostname):
        if self._connected:
            return False
        self._wrap = (context, server_hostname)
        return True

    def settimeout(self, seconds):
        self._socket.settimeout(seconds)

    def setblocking(self, on):
        self._socket.setblocking(on)

    def send(self, data):
        return self._socket.send(data)

    def sendall(self, data):
        self._socket.sendall(data)

    def recv_into(self, buffer, size=0):
        return self._socket.recv_into(buffer, size)

    def close(self):
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class SocketPool:
    AF_INET = _socket.AF_INET
    AF_INET6 = _socket.AF_INET6
    SOCK_STREAM = _socket.SOCK_STREAM
    SOCK_DGRAM = _socket.SOCK_DGRAM
    IPPROTO_TCP = _socket.IPPROTO_TCP
    SOL_SOCKET = _socket.SOL_SOCKET
    SO_REUSEADDR = _socket.SO_REUSEADDR
    TCP_NODELAY = _socket.TCP_NODELAY

    class gaierror(OSError):
        pass

    def __init__(self, radio):
        pass

    def socket(self, family=AF_INET, type=SOCK_STREAM, proto=IPPROTO_TCP):
        return Socket(_socket.socket(family, type))

    def getaddrinfo(self, host, port, family=0, type=0, proto=0, flags=0):
        return _socket.getaddrinfo(host, port)
