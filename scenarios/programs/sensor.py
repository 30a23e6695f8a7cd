#!/usr/bin/env python3
"""A small MQTT 3.1.1 client on plain sockets, as a device under test.

Publishes each line that it reads on standard input to `sensor/reading` at QoS 1, prints
`acked N` for its PUBACK and `command PAYLOAD` for what comes on `sensor/command`.
"""
import os
import select
import socket
import struct
import sys


def field(text):
    data = text.encode()
    return struct.pack("!H", len(data)) + data


def packet(first_byte, body):
    head, length = bytearray([first_byte]), len(body)
    while True:
        length, digit = divmod(length, 128)
        head.append(digit | (0x80 if length else 0))
        if not length:
            return bytes(head) + body


def exactly(link, count):
    data = b""
    while len(data) < count:
        part = link.recv(count - len(data))
        if not part:
            sys.exit("the broker closed the connection")
        data += part
    return data


def receive(link):
    first, length, shift = exactly(link, 1)[0], 0, 0
    while True:
        digit = exactly(link, 1)[0]
        length |= (digit & 0x7F) << shift
        if digit < 0x80:
            return first, exactly(link, length)
        shift += 7


def main():
    link = socket.create_connection((os.environ["HIL_HOST"], int(os.environ["HIL_PORT"])))
    link.sendall(packet(0x10, field("MQTT") + bytes([4, 2, 0, 30]) + field("sensor")))
    link.sendall(packet(0x82, struct.pack("!H", 1) + field("sensor/command") + b"\x01"))
    packet_id = 1
    while True:
        ready, _, _ = select.select([link, sys.stdin], [], [])
        if sys.stdin in ready:
            line = sys.stdin.readline()
            if not line:
                link.sendall(b"\xe0\x00")
                return
            packet_id += 1
            body = field("sensor/reading") + struct.pack("!H", packet_id) + line.strip().encode()
            link.sendall(packet(0x32, body))
        if link in ready:
            first, body = receive(link)
            if first >> 4 == 2:
                print("connected" if body[1] == 0 else f"refused {body[1]}", flush=True)
            elif first >> 4 == 4:
                print("acked", struct.unpack("!H", body)[0], flush=True)
            elif first >> 4 == 3:
                topic_length = struct.unpack("!H", body[:2])[0]
                rest = body[2 + topic_length :]
                if first & 6:
                    link.sendall(packet(0x40, rest[:2]))
                    rest = rest[2:]
                print("command", rest.decode(), flush=True)


main()
