import { describe, expect, test } from 'vitest'
import { lineForms, withoutEscapes } from './console-text.ts'

describe('the forms of a console line', () => {
  test.each([
    ['\x1b[0;32mI (321) wifi: connected\x1b[0m', 'I (321) wifi: connected', 'wifi: connected', 'connected'],
    ['[00:00:01.250,000] <inf> mqtt: message a/b hi', 'mqtt: message a/b hi', 'message a/b hi'],
    ['\x1b[K\x1b[0m[00:00:01.250,000] \x1b[0m<err> lost 5\x1b[0m', '[00:00:01.250,000] <err> lost 5', 'lost 5'],
    ['[  1234][E][main.cpp:12] setup(): no sensor', 'setup(): no sensor', 'no sensor'],
    ['[187] ready', 'ready'],
    ['I (12:34:56.789) mqtt: ready', 'mqtt: ready', 'ready'],
    ['E: mqtt: lost 5', 'mqtt: lost 5', 'lost 5'],
    ['\x1b[0;36m[12:00:01][C][mqtt.client:274]: connected\x1b[0m', 'mqtt.client: connected', 'connected'],
    ['[I][mqtt:274]: connected', 'connected'],
    ['[INFO][main]: connected', 'main: connected', 'connected'],
    ['[    1.250000] [ INFO] connected', 'connected'],
    ['INFO:app:connected', 'app: connected', 'connected'],
    ['2024-05-01 12:00:01,250 INFO - connected', 'connected'],
    ['[2024-05-01T12:00:01Z] ready', 'ready'],
    ['12:00:01.234 MQT: connected', 'MQT: connected', 'connected'],
    ['[87] <inf> published', 'published'],
  ])('%j can be claimed by its parts', (line, ...parts) => {
    expect(lineForms(line)[0]).toBe(line)
    expect(lineForms(line)).toEqual(expect.arrayContaining(parts))
  })

  test.each(['message a/b [12] x', 'INFO is here', '1:2 x', 'I am ready', '<info> x', 'a: b', '', '[x] y'])(
    '%j has no prefix',
    (line) => {
      expect(lineForms(line)).toEqual([line])
    },
  )

  test('what comes after a prompt is a text of its own', () => {
    expect(lineForms('uart:~$ I (3) app: 1.2.3', 'uart:~$ ')).toEqual(
      expect.arrayContaining(['I (3) app: 1.2.3', '1.2.3']),
    )
    expect(lineForms('uart:~$ 1', 'other')).toEqual(['uart:~$ 1'])
  })

  test('window titles and unfinished escapes are no text', () => {
    expect(withoutEscapes('\x1b]0;title\x07a\x1b[1;31mb\x1b(Bc\x1bM')).toBe('abc')
  })
})
