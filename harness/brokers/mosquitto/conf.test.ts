import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { mergeConf } from './conf.ts'
import { readConf } from './conf-file.ts'

let folder: string | undefined
afterEach(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true })
  folder = undefined
})

/** Files by their paths in a folder of their own. */
function put(files: Readonly<Record<string, string>>): string {
  folder = mkdtempSync(join(tmpdir(), 'hil-test-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

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
mount_point x/
allow_anonymous true`
  expect(mergeConf(text, 'x.conf', 'listener 20001 127.0.0.1')).toEqual({
    lines: ['persistence true', 'allow_anonymous true', 'listener 20001 127.0.0.1', 'certfile server.crt'],
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

test('with settings by listener, those of a listener that is left out are left out', () => {
  const text = 'per_listener_settings true\nlistener 1\nlistener 2\nallow_anonymous false\nmax_keepalive 60'
  expect(mergeConf(text, 'x.conf', 'l').lines).toEqual(['per_listener_settings true', 'max_keepalive 60', 'l'])
})

test('with a port of its own the default listener is the first', () => {
  const text = 'port 1883\nallow_anonymous true\nlistener 8883\ncertfile a.crt'
  expect(mergeConf(text, 'x.conf', 'l')).toMatchObject({ lines: ['l', 'allow_anonymous true'], tls: false })
})

test('files of include_dir stand in its place, in their order', () => {
  const path = put({
    'mosquitto.conf': 'persistence true\ninclude_dir conf.d\nlog_type all\n',
    'conf.d/b.conf': 'include_dir elsewhere\nlistener 2\nmount_point x\n',
    'conf.d/a.conf': 'listener 1\nmax_connections 3\n',
    'conf.d/readme.txt': 'listener 3\n',
  })
  const text = readConf(`${path}/mosquitto.conf`)
  expect(mergeConf(text, 'x.conf', 'l').lines).toEqual(['persistence true', 'l', 'max_connections 3'])
})

test('what is not there is named', () => {
  const path = put({ 'mosquitto.conf': 'include_dir none\n' })
  expect(() => readConf(`${path}/mosquitto.conf`)).toThrow(`${path}/none is not there`)
})
