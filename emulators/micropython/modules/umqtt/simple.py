# An MQTT client with the wire behaviour of umqtt.simple 1.8.0, written for this harness: the same
# socket calls in the same order, the same exceptions, the same lack of time limits. fixtures/traces
# holds what the library does; a copy of the library itself in the flash's lib/ takes this one's place.

import socket
from struct import pack


class MQTTException(Exception):
    pass


def _remaining_length(size):
    """Seven bits a byte, low ones first."""
    out = b""
    while size > 0x7F:
        out += bytes([size & 0x7F | 0x80])
        size >>= 7
    return out + bytes([size])


class MQTTClient:
    def __init__(self, client_id, server, port=0, user=None, password=None, keepalive=0, ssl=None, ssl_params={}):
        self.client_id = client_id
        self.server = server
        self.port = port if port != 0 else 8883 if ssl else 1883
        self.user = user
        self.pswd = password
        self.keepalive = keepalive
        self.ssl = ssl
        self.ssl_params = ssl_params
        self.sock = None
        self.cb = None
        self.pid = 0
        self.lw_topic = None
        self.lw_msg = None
        self.lw_qos = 0
        self.lw_retain = False

    # Every write is a socket write of its own; a len() of a str counts characters, not bytes.

    def _send_str(self, s):
        self.sock.write(pack("!H", len(s)))
        self.sock.write(s)

    def _recv_len(self):
        size = shift = 0
        while True:
            byte = self.sock.read(1)[0]
            size |= (byte & 0x7F) << shift
            if byte < 0x80:
                return size
            shift += 7

    def _next_pid(self):
        self.pid += 1
        return pack("!H", self.pid & 0xFFFF)

    def set_callback(self, f):
        self.cb = f

    def set_last_will(self, topic, msg, retain=False, qos=0):
        assert 0 <= qos <= 2
        assert topic
        self.lw_topic = topic
        self.lw_msg = msg
        self.lw_retain = retain
        self.lw_qos = qos

    def connect(self, clean_session=True, timeout=None):
        if self.sock:
            self.sock.close()
        self.sock = socket.socket()
        self.sock.settimeout(timeout)
        self.sock.connect(socket.getaddrinfo(self.server, self.port)[0][-1])
        if self.ssl is True:
            import ssl

            self.sock = ssl.wrap_socket(self.sock, **self.ssl_params)
        elif self.ssl:
            self.sock = self.ssl.wrap_socket(self.sock, server_hostname=self.server)
        flags = clean_session << 1
        size = 12 + len(self.client_id)
        if self.user:
            size += 4 + len(self.user) + len(self.pswd)
            flags |= 0xC0
        if self.keepalive:
            assert self.keepalive < 65536
        if self.lw_topic:
            size += 4 + len(self.lw_topic) + len(self.lw_msg)
            flags |= 0x04 | self.lw_qos << 3 | self.lw_retain << 5
        # The first write already holds the first byte of the protocol name's length.
        self.sock.write(b"\x10" + _remaining_length(size) + b"\0")
        self.sock.write(b"\x04MQTT\x04" + pack("!BH", flags, self.keepalive or 0))
        self._send_str(self.client_id)
        if self.lw_topic:
            self._send_str(self.lw_topic)
            self._send_str(self.lw_msg)
        if self.user:
            self._send_str(self.user)
            self._send_str(self.pswd)
        answer = self.sock.read(4)
        assert answer[0] == 0x20 and answer[1] == 0x02
        if answer[3] != 0:
            raise MQTTException(answer[3])
        return answer[2] & 1

    def disconnect(self):
        self.sock.write(b"\xe0\0")
        self.sock.close()

    def ping(self):
        self.sock.write(b"\xc0\0")

    def publish(self, topic, msg, retain=False, qos=0):
        size = 2 + len(topic) + len(msg) + (2 if qos > 0 else 0)
        assert size < 2097152
        self.sock.write(bytes([0x30 | qos << 1 | retain]) + _remaining_length(size))
        self._send_str(topic)
        if qos > 0:
            self.sock.write(self._next_pid())
        pid = self.pid
        self.sock.write(msg)
        if qos == 1:
            while True:
                if self.wait_msg() != 0x40:
                    continue
                assert self.sock.read(1) == b"\x02"
                acknowledged = self.sock.read(2)
                if pid == acknowledged[0] << 8 | acknowledged[1]:
                    return
        elif qos == 2:
            assert 0

    def _subscription(self, first, size, topic, tail, answer, length):
        pid = self._next_pid()
        self.sock.write(first + _remaining_length(size))
        self.sock.write(pid)
        self._send_str(topic)
        if tail:
            self.sock.write(tail())
        while self.wait_msg() != answer:
            pass
        got = self.sock.read(length)
        assert got[1] == pid[0] and got[2] == pid[1]
        return got

    def subscribe(self, topic, qos=0):
        assert self.cb is not None, "Subscribe callback is not set"
        got = self._subscription(b"\x82", 5 + len(topic), topic, lambda: qos.to_bytes(1, "little"), 0x90, 4)
        if got[3] == 0x80:
            raise MQTTException(got[3])

    def unsubscribe(self, topic):
        self._subscription(b"\xa2", 4 + len(topic), topic, None, 0xB0, 3)

    def wait_msg(self):
        first = self.sock.read(1)
        # Only the first byte is ever read without blocking. A read that raised leaves the mode as it was.
        self.sock.setblocking(True)
        if first is None:
            return None
        if first == b"":
            raise OSError(-1)
        if first == b"\xd0":
            assert self.sock.read(1)[0] == 0
            return None
        op = first[0]
        if op & 0xF0 != 0x30:
            return op  # its body stays in the stream
        size = self._recv_len()
        two = self.sock.read(2)
        topic_size = two[0] << 8 | two[1]
        topic = self.sock.read(topic_size)
        size -= topic_size + 2
        qos = op & 6
        if qos:
            two = self.sock.read(2)
            pid = two[0] << 8 | two[1]
            size -= 2
        msg = self.sock.read(size)
        self.cb(topic, msg)
        if qos == 2:
            self.sock.write(b"\x40\x02" + pack("!H", pid))
        elif qos == 4:
            assert 0
        return op

    def check_msg(self):
        self.sock.setblocking(False)
        return self.wait_msg()
