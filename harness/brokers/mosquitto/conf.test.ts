import { expect, test } from 'vitest'
import { mergeConf } from './conf.ts'

test('their first listener becomes ours; logs, users and further listeners are left out', () => {
  const text = `user mosquitto
persistence true
persistence_location /var/lib/mosquitto/
log_dest syslog
# TLS for devices
listener 8883
certfile server.crt
listener 9001
protocol websockets
listener 1883 localhost
allow_anonymous true`
  expect(mergeConf(text, 'x.conf', 'listener 20001 127.0.0.1')).toEqual({
    lines: ['persistence true', 'listener 20001 127.0.0.1', 'certfile server.crt'],
    tls: true,
    persistence: true,
  })
})

test('without a listener of theirs, all is about the only one', () => {
  expect(mergeConf('port 1884\nallow_anonymous false\n', 'x.conf', 'listener 1 h').lines).toEqual([
    'listener 1 h',
    'allow_anonymous false',
  ])
})

test('a conf that listens for WebSocket alone is refused', () => {
  expect(() => mergeConf('listener 1\nprotocol websockets', 'x.conf', 'l')).toThrow(/no listener for MQTT over TCP/)
})
