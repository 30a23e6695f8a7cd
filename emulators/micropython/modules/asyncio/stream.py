# Sockets as streams.

import socket as _socket

from . import POLLIN, POLLOUT, wait_stream

_EAGAIN = 11
_EINPROGRESS = 115
_SOME = 256


class Stream:
    def __init__(self, s, e=None):
        self.s = s
        self.e = e or {}
        self.out_buf = b""

    def get_extra_info(self, name):
        return self.e[name]

    def close(self):
        pass

    async def wait_closed(self):
        self.s.close()

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        self.s.close()

    async def _some(self, size):
        while True:
            await wait_stream(self.s, POLLIN)
            got = self.s.read(size)
            if got is not None:
                return got

    async def read(self, n=-1):
        if n >= 0:
            return await self._some(n)
        all = b""
        while True:
            got = await self._some(_SOME)
            if not got:
                return all
            all += got

    async def readinto(self, buf):
        await wait_stream(self.s, POLLIN)
        return self.s.readinto(buf)

    async def readexactly(self, n):
        all = b""
        while len(all) < n:
            got = await self._some(n - len(all))
            if not got:
                raise EOFError
            all += got
        return all

    async def readline(self):
        line = b""
        while not line.endswith(b"\n"):
            await wait_stream(self.s, POLLIN)
            got = self.s.readline()
            if got is None:
                continue
            if not got:
                break
            line += got
        return line

    def write(self, buf):
        """What goes out at once goes; the rest waits for drain()."""
        if not self.out_buf:
            sent = self.s.write(buf)
            if sent == len(buf):
                return
            buf = buf[sent or 0 :]
        self.out_buf += buf

    async def drain(self):
        while self.out_buf:
            await wait_stream(self.s, POLLOUT)
            self.out_buf = self.out_buf[self.s.write(self.out_buf) or 0 :]


StreamReader = Stream
StreamWriter = Stream


async def open_connection(host, port, ssl=None, server_hostname=None):
    made = _socket.socket()
    made.setblocking(False)
    try:
        made.connect(_socket.getaddrinfo(host, port)[0][-1])
    except OSError as e:
        if e.errno != _EINPROGRESS:
            raise e
    await wait_stream(made, POLLOUT)
    if ssl:
        if ssl is True:
            import ssl as _ssl

            ssl = _ssl.SSLContext(_ssl.PROTOCOL_TLS_CLIENT)
        made = ssl.wrap_socket(made, server_hostname=server_hostname, do_handshake_on_connect=False)
    stream = Stream(made, {"peername": (host, port)})
    return stream, stream


async def start_server(handler, host, port, backlog=5, ssl=None):
    made = _socket.socket()
    made.bind((host, port))
