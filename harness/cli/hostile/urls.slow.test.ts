// A URL with a password in it is shown by no command without hiding it, right or mistyped, wherever it was given.

import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { writeTimeline } from '../../evidence/index.ts'
import { hilIn, Scratch } from '../testing.ts'
import { headerOfBlue } from './recording.testing.ts'

const PASSWORD = 'hunter2secret'

const URLS = [
  `mqtt://user:${PASSWORD}@127.0.0.1:1`,
  `mqtts://user:${PASSWORD}@127.0.0.1:1`,
  `ws://user:${PASSWORD}@127.0.0.1:1/mqtt?token=${PASSWORD}`,
  `mqtt:/user:${PASSWORD}@127.0.0.1:1`,
  `mqtt//user:${PASSWORD}@127.0.0.1:1`,
  `user:${PASSWORD}@127.0.0.1:1`,
  `user:${PASSWORD}@host`,
  `mqtt://user:${PASSWORD}@[::1:1`,
  `mqtt://user:${PASSWORD}@127.0.0.1:99999`,
  `http://user:${PASSWORD}@127.0.0.1:1`,
  `redis://user:${PASSWORD}@127.0.0.1:1`,
  `redis://:${PASSWORD}@127.0.0.1:99999`,
  `rediss:/user:${PASSWORD}@127.0.0.1`,
]

const scenario = (more = ''): string =>
  `name: hello\nversion: 1\n${more}devices:\n  blue: { use: umqtt.simple }\nsteps:\n  - connect: blue\n`
const FLEET = 'name: few\nversion: 1\nfleet:\n  all: { use: umqtt.simple, count: 2 }\nsteps:\n  - delay: 10ms\n'

const RECORDING = writeTimeline(headerOfBlue(), [])

const COMMANDS: Readonly<Record<string, (url: string) => readonly string[]>> = {
  run: (url) => ['run', 'x.scenario.yaml', '--broker', url],
  check: (url) => ['check', 'x.scenario.yaml', '--broker', url],
  list: (url) => ['list', 'x.scenario.yaml', '--broker', url],
  doctor: (url) => ['doctor', '--broker', url],
  record: (url) => ['record', '--broker', url],
  replay: (url) => ['replay', 'recording', '--broker', url],
  emulate: (url) => ['emulate', 'umqtt.simple', '--broker', url],
  'emulate --host': (url) => ['emulate', 'umqtt.simple', '-h', url, '-t', 'a'],
  'record --listen': (url) => ['record', '--broker', 'aedes', '--listen', url],
  'load --metrics': (url) => ['load', 'fleet.scenario.yaml', '--metrics', url],
  'devices --share': (url) => ['devices', '--share', url],
  'an argument too many': (url) => ['record', url],
  load: (url) => ['load', 'fleet.scenario.yaml', '--broker', url],
  'load --queue': (url) => ['load', 'fleet.scenario.yaml', '--queue', url],
  worker: (url) => ['worker', '--queue', url],
  'check, in the scenario': () => ['check', 'own.scenario.yaml'],
  'run, in the scenario': () => ['run', 'own.scenario.yaml'],
  'check, as a map in the scenario': () => ['check', 'map.scenario.yaml'],
  'check, in the config': () => ['check', 'x.scenario.yaml', '--config', 'default.config.mjs'],
  'run, in the config': () => ['run', 'x.scenario.yaml', '--config', 'own.config.mjs', '--broker', 'mine'],
  'an unknown flag': (url) => ['run', 'x.scenario.yaml', `--brokr=${url}`],
  'a file': (url) => ['run', url],
}

/** All that was written below a folder, but what the test has put there. */
function writtenIn(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.startsWith('results') && statSync(join(folder, name)).isFile())
    .map((name) => readFileSync(join(folder, name), 'latin1'))
    .join('\n')
}

it.each(Object.entries(COMMANDS))('hil %s', async (name, args) => {
  process.env.HIL_QUEUE_KEY = 'k'.repeat(40)
  try {
    for (const url of URLS) {
      // Without a scheme, the name of a file may be any text.
      if (name === 'a file' && !/^[a-z]+:?[/]/.test(url)) continue
      using folder = new Scratch()
      const put = (name: string, text: string): void => writeFileSync(join(folder.path, name), text)
      put('x.scenario.yaml', scenario())
      put('own.scenario.yaml', scenario(`broker: ${JSON.stringify(url)}\n`))
      put('own.config.mjs', `export default { brokers: { mine: ${JSON.stringify(url)} } }`)
      put('map.scenario.yaml', scenario(`broker: { use: ${JSON.stringify(url)} }\n`))
      put('default.config.mjs', `export default { broker: ${JSON.stringify(url)} }`)
      put('fleet.scenario.yaml', FLEET)
      mkdirSync(join(folder.path, 'recording'))
      put('recording/timeline.ndjson', RECORDING)
      const { code, out, err } = await hilIn(folder.path, ...args(url))
      expect(code, `${url}: ${out}${err}`).not.toBeNull()
      for (const text of [out, err, writtenIn(folder.path)]) expect(text).not.toContain(PASSWORD)
    }
  } finally {
    delete process.env.HIL_QUEUE_KEY
  }
})
