// Programs that `hil init` puts into a first project, so that it has a device from the beginning: a board's in
// MicroPython and one in C, each with a scenario that passes. Yours takes their place.

/** By path in the project's folder. */
type Files = Readonly<Record<string, string>>

export const MICROPYTHON_FILES = (head: string): Files => ({
  'firmware/main.py': `# A lamp that is switched by MQTT, as it would stand on the flash of an ESP32. Put your own main.py in its place.
import network, time
from machine import Pin
from umqtt.simple import MQTTClient

station = network.WLAN(network.STA_IF)
station.active(True)
station.connect("wifi name", "wifi password")
while not station.isconnected():
    time.sleep_ms(50)

led = Pin(2, Pin.OUT)


def heard(topic, message):
    led.value(message == b"on")
    print("LED", led.value())


client = MQTTClient("lamp", "broker.example", keepalive=60)
client.set_callback(heard)
client.connect()
client.subscribe(b"lamp/set")
print("ready")
while True:
    client.check_msg()
    time.sleep_ms(50)
`,
  'scenarios/02-board.scenario.yaml': `${head}
# The program of firmware/ on a virtual board: the real MicroPython, with the modules of an ESP32. Whatever broker it names,
# it reaches that of the run. On a real board at a serial port: npx hil run --bind lamp=port:/dev/ttyUSB0
name: the lamp lights when it is told to
version: 1
devices:
  lamp: { use: micropython, files: ../firmware, signals: { led: { pin: 2 } } }
  hand: { use: umqtt.simple }
steps:
  - expect: { packet: { to: lamp, type: suback }, within: 20s }
  - connect: hand
  - publish: { device: hand, topic: lamp/set, payload: "on" }
  - expect: { signal: { device: lamp, signal: led, value: 1 }, within: 2s }
  - expect: { serial: { device: lamp, line: LED 1 }, within: 2s }
`,
})

/** Where the program of a C project is built. */
export const C_PROGRAM = './firmware/device'
/** What builds it. */
export const C_BUILD = 'make -C firmware'

export const C_FILES: Files = {
  'firmware/Makefile': `CFLAGS ?= -O2 -Wall

device: device.c
`,
  'firmware/device.c': `/* A device that says where it is, in bytes of MQTT 3.1.1. Put your program in its place: a build of your firmware for
 * this machine (Zephyr's native_sim, ESP-IDF's linux target, a test build). Its broker is at HIL_HOST and HIL_PORT. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int send_all(int fd, const unsigned char *bytes, size_t size) {
  return write(fd, bytes, size) == (ssize_t)size ? 0 : -1;
}

int main(void) {
  const char *host = getenv("HIL_HOST"), *port = getenv("HIL_PORT");
  if (host == NULL || port == NULL) {
    fprintf(stderr, "HIL_HOST and HIL_PORT say where the broker is\\n");
    return 2;
  }
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(port))};
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (inet_pton(AF_INET, host, &at.sin_addr) != 1 || connect(fd, (struct sockaddr *)&at, sizeof at) != 0) {
    perror("connect");
    return 1;
  }

  /* CONNECT: clean session, keep alive 30 s, client id "device" */
  static const unsigned char hello[] = {0x10, 18, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 30, 0, 6, 'd', 'e', 'v', 'i', 'c', 'e'};
  unsigned char answer[4];
  if (send_all(fd, hello, sizeof hello) != 0 || recv(fd, answer, sizeof answer, MSG_WAITALL) != 4 || answer[3] != 0) {
    fprintf(stderr, "no CONNACK, or refused\\n");
    return 1;
  }
  printf("connected\\n");

  /* PUBLISH with QoS 0: topic "device/status", payload "online" */
  static const unsigned char status[] = {0x30, 21, 0, 13, 'd', 'e', 'v', 'i', 'c', 'e', '/', 's', 't', 'a', 't', 'u', 's',
                                         'o', 'n', 'l', 'i', 'n', 'e'};
  if (send_all(fd, status, sizeof status) != 0) return 1;

  /* PINGREQ, before the keep alive is over */
  static const unsigned char ping[] = {0xC0, 0};
  for (;;) {
    sleep(20);
    if (send_all(fd, ping, sizeof ping) != 0) return 1;
  }
}
`,
}

/** A small fleet, for a broker. */
export const FLEET = (head: string): string => `${head}
# Twenty devices at once: what is lost, and how long it takes. npx hil load scenarios/03-fleet.scenario.yaml shows the figures,
# and takes --count sensors=5000 --duration 1m for more of them.
name: twenty sensors lose no message
version: 1
fleet:
  collector: { use: umqtt.simple, count: 1, connect: { keepalive: 30s }, subscribe: [{ topic: sensors/+, qos: 1 }] }
  sensors: { use: umqtt.simple, count: 20, connect: { keepalive: 30s }, publish: [{ topic: "sensors/\${{ i }}", every: 500ms, qos: 1, size: 64 }] }
steps:
  - expect: { fleet: { group: sensors, connected: 100% }, within: 20s }
  - delay: 3s
slo:
  - { metric: connect_failures, total: 0 }
  - { metric: messages_lost, total: 0 }
`
