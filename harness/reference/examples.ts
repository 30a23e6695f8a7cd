// An example for each verb, disturbance and matcher. A verb without one does not compile. All of them are
// compiled as scenarios by the tests; the devices that they speak of are in snippets.ts.

import type { MatcherName } from '../expect/index.ts'
import type { DisturbanceName } from '../link/index.ts'
import type { StepName } from '../steps/index.ts'

export const verbExamples: Readonly<Record<StepName, string>> = {
  connect: `
- connect: blue
- connect: { device: green, clean: false, within: 5s }
- connect: { device: blue, raises: { type: MQTTException, args: [5] } }
- connect: { device: five, clean: false, properties: { sessionExpiryInterval: 1h, receiveMaximum: 10 } }`,
  publish: `
- publish: { device: blue, topic: blue/status, payload: online, qos: 1, retain: true }
- publish: { device: blue, topic: blue/reading, json: { t: 21.5 } }
- publish: { device: blue, topic: blue/raw, hex: "00 ff 10" }
- publish: { device: blue, topic: blue/big, size: 64KiB }
- publish:
    device: five
    topic: blue/reading
    payload: "21"
    properties: { messageExpiryInterval: 60s, userProperty: [[unit, C], [place, attic], [place, north]] }`,
  subscribe: `
- subscribe: { device: blue, topic: cmd/#, qos: 1 }
- subscribe: { device: green, topics: [a/b, a/+/c] }
- subscribe: { device: five, topic: a/#, noLocal: true, retainHandling: 1, properties: { subscriptionIdentifier: 7 } }`,
  unsubscribe: `
- unsubscribe: { device: blue, topic: cmd/# }`,
  ping: `
- ping: blue`,
  check: `
- check: { device: blue, returns: null }`,
  wait: `
- wait: { device: blue, within: 2s }`,
  loop: `
- loop: { device: mini, timeout: 2s }`,
  disconnect: `
- disconnect: blue
- disconnect: { device: five, reasonCode: disconnect-with-will-message, properties: { sessionExpiryInterval: 60s } }`,
  auth: `
- auth: five
- auth: { device: five, properties: { authenticationMethod: TOY, authenticationData: { hex: "01 02" } } }`,
  call: `
- call: { device: blue, method: publish, args: [{ bytes: a/b }, { hex: 00ff }], kwargs: { qos: 1 } }
- call: { device: blue, method: set_last_will, args: [blue/status, offline], kwargs: { retain: true } }
- call: { device: mini, method: subscribe, args: [{ tuple: [cmd/#, 1] }] }`,
  send: `
- send: { device: tester, packet: { type: publish, topic: a/b, payload: hi, qos: 1, packetId: 7 } }
- send: { device: tester, packet: { type: connect, clientId: tester, keepalive: 60s }, split: 1 }
- send: { device: tester, packets: [{ type: pingreq }, { type: disconnect }], join: true }
- send: { device: tester, packet: { type: subscribe, topic: a/#, qos: 1, flags: 0 } }
- send: { device: tester, packet: { type: publish, topic: a/b, payload: hi }, first: 4 }
- send: { device: tester, hex: "c0 00" }`,
  boot: `
- boot: sensor`,
  reset: `
- reset: blue`,
  power: `
- power: { device: blue, state: off }
- power: { device: blue, state: on }`,
  drive: `
- drive: { device: blue, signal: button, pressed: true, for: 2s }
- drive: { device: blue, signal: button, value: 0 }`,
  serial: `
- serial: { device: sensor, send: "21.5" }`,
  exec: `
- exec: { device: board, code: "print(1 + 1)", returns: "2" }
- exec:
    device: board
    code: |
      import os
      os.remove('/no/such.txt')
    raises: { type: OSError, args: [ENOENT] }`,
  upload: `
- upload: { device: board, files: { config.py: { text: "PERIOD = 5" } }, returns: 1 }
- reset: board`,
  flash: `
- flash: bench
- flash: { device: bench, image: build/old.bin }`,
  erase: `
- erase: bench`,
  network: `
- network: { device: blue, state: down, mode: blackhole }
- network: { devices: [blue, green], state: up }`,
  chaos: `
- chaos:
    for: 24h
    broker: { every: 30m, down-for: 2s }
    networks: [{ device: blue, every: 1h, down-for: 10s }]`,
  disturb: `
- id: late
  disturb: { device: blue, direction: down, packet: puback, do: { delay: 500ms } }
- disturb: { device: blue, direction: up, packet: publish, topic: a/b, nth: 2, do: drop }
- disturb: { device: green, direction: down, packet: connack, times: 1, do: { rewrite: { returnCode: 3 } } }`,
  release: `
- id: acks
  disturb: { device: blue, direction: down, packet: [puback, suback], do: hold }
- release: { id: acks, held: 2 }`,
  inject: `
- inject: { device: blue, to: device, packet: { type: publish, topic: cmd/blue, payload: "on" } }
- inject: { device: blue, to: broker, hex: "e0 00" }`,
  broker: `
- broker: kill
- broker: start
- broker: { restart: { down-for: 5s } }`,
  fleet: `
- fleet: { group: sensors, share: 30%, power: off }
- fleet: { group: sensors, network: down, mode: close }
- fleet: { group: sensors, publishing: off }`,
  delay: `
- delay: 500ms`,
  skip: `
- send: { device: tester, packet: { type: connect, protocolLevel: 5, clientId: tester } }
- expect: { packet: { to: tester, type: connack }, save: { most: properties.topicAliasMaximum } }
- if: "\${{ saved.most == null }}"
  skip: the broker takes no topic alias`,
  wifi: `
- wifi: { device: board, state: lost, for: 5s }
- wifi: { device: board, state: lost }
- wifi: { device: board, state: up }`,
}

export const matcherExamples: Readonly<Record<MatcherName, string>> = {
  packet: `
- expect: { packet: { to: blue, type: connack, match: { returnCode: 0, sessionPresent: false } } }
- expect: { packet: { from: blue, type: publish, match: { topic: a/b, payload: /^2\\d/, packetId: { gt: 0 } } } }
- expect: { packet: { from: blue, type: connect, match: { keepalive: 60s, will: { topic: blue/status, qos: 1 } } } }
- expect: { packet: { to: blue, type: suback, match: { granted: [1] } } }
- never: { packet: { from: blue, type: malformed }, for: 1s }`,
  message: `
- expect: { message: { topic: blue/status, payload: online, qos: 1, retain: false }, count: 1, within: 500ms }
- expect: { message: { topic: /^blue/, payload: { json: { t: 21.5 } } } }`,
  socket: `
- expect: { socket: { from: blue, event: closed, by: broker }, within: 6s }
- expect: { socket: { from: green, event: connected, connection: 2 } }
- never: { socket: { from: green, event: ended }, for: 1s }`,
  upgrade: `
- expect: { upgrade: { from: blue, path: /mqtt, subprotocol: mqtt } }
- expect: { upgrade: { to: blue, status: 101, subprotocol: mqtt } }`,
  frame: `
- expect: { frame: { from: blue, opcode: close }, within: 1s }
- never: { frame: { from: blue, opcode: text }, for: 1s }`,
  call: `
- id: pub
  publish: { device: blue, topic: a/b, payload: hi, qos: 1, start: true }
- expect: { call: { id: pub, running: true }, within: 3s }
- expect: { call: { id: pub, raised: { type: OSError, errno: ECONNRESET } }, within: 10s }`,
  serial: `
- expect: { serial: { device: sensor, line: connected } }
- never: { serial: { device: sensor, line: /Traceback/, stream: err }, for: 1s }`,
  signal: `
- expect: { signal: { device: blue, signal: led, value: 1 }, within: 1250ms }`,
  device: `
- expect: { device: { device: bench, change: restarted, cause: watchdog }, within: 30s }`,
  exit: `
- expect: { exit: { device: sensor, code: 0 } }
- expect: { exit: { device: sensor, signal: SIGKILL } }`,
  fleet: `
- expect: { fleet: { group: sensors, connected: 99.9% }, within: 30s }`,
  violation: `
- never: { violation: { by: broker }, for: 1s }
- never: { violation: { from: blue, statement: MQTT-2.3.1-1 }, for: 1s }`,
}

export const disturbanceExamples: Readonly<Record<DisturbanceName, string>> = {
  delay: `
- disturb: { device: blue, direction: down, packet: puback, do: { delay: 500ms } }
- disturb: { device: blue, direction: up, do: { delay: { min: 20ms, max: 200ms } } }`,
  drop: `
- disturb: { device: blue, direction: up, packet: publish, topic: a/b, nth: 2, do: drop }
- disturb: { device: blue, direction: down, packet: pingresp, do: drop }
- disturb: { device: green, direction: up, packet: publish, chance: 20%, do: drop }`,
  duplicate: `
- disturb: { device: blue, direction: down, packet: publish, match: { qos: 1 }, do: duplicate }
- disturb: { device: blue, direction: down, packet: puback, times: 1, do: { duplicate: { copies: 3 } } }`,
  hold: `
- id: held
  disturb: { device: blue, direction: down, packet: [puback, pubrec], do: hold }
- publish: { device: blue, topic: a/b, payload: one, qos: 1, start: true }
- release: { id: held, held: 1 }`,
  rewrite: `
- disturb: { device: blue, direction: down, packet: connack, times: 1, do: { rewrite: { returnCode: 3 } } }
- disturb: { device: green, direction: down, packet: suback, do: { rewrite: { granted: 128 } } }
- disturb: { device: green, direction: up, packet: publish, do: { rewrite: { payload: { hex: ff00 }, retain: true } } }`,
  corrupt: `
- disturb: { device: blue, direction: down, packet: publish, nth: 3, do: corrupt }
- disturb: { device: blue, direction: down, packet: puback, do: { corrupt: { at: 0, xor: 0x10 } } }`,
  truncate: `
- disturb: { device: blue, direction: down, packet: suback, times: 1, do: { truncate: { after: last-byte } } }`,
  cut: `
- disturb: { device: blue, direction: up, packet: publish, nth: 2, do: { cut: { after: 5, mode: reset } } }
- disturb: { device: blue, direction: down, packet: connack, times: 1, do: { cut: { after: last-byte } } }`,
  split: `
- disturb: { device: blue, direction: down, do: { split: { bytes: 1 } } }
- disturb: { device: blue, direction: up, packet: publish, do: { split: { bytes: 3, gap: 20ms } } }`,
  join: `
- disturb: { device: blue, direction: down, packet: [publish, puback], do: { join: { packets: 2, within: 2s } } }`,
  throttle: `
- disturb: { device: blue, direction: up, do: { throttle: 2KiB/s } }`,
}
