# A thermostat: publishes the temperature, and switches its heater as it is told. It speaks MQTT 3.1.1 on a bare
# socket, and uses only what Python and MicroPython (unix port) have both.

import os
import socket
import struct
import sys
import time

KEEPALIVE = 4  # seconds
RETRY = 1


def text(s):
    data = s.encode()
    return struct.pack("!H", len(data)) + data


def packet(first, body):
    assert len(body) < 128
    return bytes([first, len(body)]) + body


def connect():
    sock = socket.socket()
    sock.settimeout(1)
    sock.connect(socket.getaddrinfo(os.getenv("HIL_HOST"), int(os.getenv("HIL_PORT")))[0][-1])
    flags = 0x02 | 0x04 | 0x20  # clean session, will, will retained
    body = text("MQTT") + bytes([4, flags]) + struct.pack("!H", KEEPALIVE)
    body += text("thermostat") + text("thermostat/status") + text("offline")
    sock.send(packet(0x10, body))
    answer = exactly(sock, 4)
    if answer[0] != 0x20 or answer[3] != 0:
        raise OSError("refused")
    sock.send(packet(0x82, b"\x00\x01" + text("thermostat/heater") + b"\x00"))
    publish(sock, "thermostat/status", "online", retain=True)
    return sock


def publish(sock, topic, payload, retain=False):
    sock.send(packet(0x31 if retain else 0x30, text(topic) + payload.encode()))


def exactly(sock, n):
    data = b""
    while len(data) < n:
        more = sock.recv(n - len(data))
        if not more:
            raise OSError("closed")
        data += more
    return data


def receive(sock):
    try:
        first = sock.recv(1)
    except OSError as error:
        # Nothing within a second: a timeout, by whatever name.
        if error.args and error.args[0] in ("timed out", 110, 11):
            return
        raise
    if not first:
        raise OSError("closed")
    body = exactly(sock, exactly(sock, 1)[0])
    if first[0] >> 4 == 3:
        length = struct.unpack("!H", body[:2])[0]
        topic, payload = body[2 : 2 + length].decode(), body[2 + length :].decode()
        if topic == "thermostat/heater" and payload in ("on", "off"):
            print("HEATER " + payload)
            sys.stdout.flush()


def run():
    sock = connect()
    print("connected")
    sys.stdout.flush()
    spoken = 0
    while True:
        receive(sock)
        now = time.time()
        if now - spoken >= KEEPALIVE / 2:
            publish(sock, "thermostat/temperature", "21.5")
            spoken = now


while True:
    try:
        run()
    except OSError as error:
        print("lost: " + str(error))
        sys.stdout.flush()
        time.sleep(RETRY)
