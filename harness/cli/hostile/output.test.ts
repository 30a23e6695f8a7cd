// What a device, a broker or a file name says reaches the terminal and the log of a CI job as text, and is not obeyed.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hilIn, Scratch } from '../testing.ts'

const COMMAND = '::stop-commands::planted'
const LEGACY = '##[error]planted'
const ESCAPES = '\u001b]0;planted\u0007\u009b2J\u202eplanted'

/** The program of a device that says it on its console, and to the broker. */
const DEVICE = `
const say = ${JSON.stringify(`${COMMAND}\n  ${COMMAND}\n${LEGACY} ${ESCAPES}`)}
console.log(say)
const { HIL_HOST, HIL_PORT } = process.env
const text = (t) => { const b = Buffer.from(t); return Buffer.concat([Buffer.from([b.length >> 8, b.length & 255]), b]) }
const packet = (first, ...parts) => { const b = Buffer.concat(parts); return Buffer.concat([Buffer.from([first, b.length & 127 | 128, b.length >> 7]), b]) }
const socket = require('net').connect(Number(HIL_PORT), HIL_HOST)
socket.write(packet(0x10, text('MQTT'), Buffer.from([4, 2, 0, 60]), text('planted')))
socket.once('data', () => { socket.write(packet(0x30, text('planted'), Buffer.from(say))); setTimeout(() => socket.end(() => process.exit(0)), 300) })
`

const SCENARIO = `
name: a device that says commands
version: 1
devices:
  blue: { use: process, command: [node, device.cjs] }
steps:
  - expect: { message: { topic: planted }, within: 50s }
  - expect: { message: { topic: planted, payload: good }, within: 100ms }
`

async function logOf(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  using folder = new Scratch()
  const name = join(folder.path, '##[group]x')
  mkdirSync(name)
  writeFileSync(join(name, 'device.cjs'), DEVICE)
  const file = join(name, '::warning::planted.scenario.yaml')
  writeFileSync(file, SCENARIO)
  const was = { ...process.env }
  Object.assign(process.env, env)
  try {
    const { out, err, code } = await hilIn(name, 'run', '.', '--output', 'results', ...args)
    expect([code, out]).toEqual([1, expect.stringContaining('planted')])
    const judged = await hilIn(name, 'judge', 'results')
    expect(judged.out).toContain('planted')
    return `${out}\n${err}\n${judged.out}\n${judged.err}`
  } finally {
    for (const key of Object.keys(env)) delete process.env[key]
    Object.assign(process.env, was)
  }
}

const isCommand = (line: string): boolean => line.trim().startsWith('::') || /##\w*\[/.test(line)

test.each(['list', 'line', 'dot', 'tap'])(
  '%s: no command of a stranger is in the log of a GitHub job',
  async (reporter) => {
    const log = await logOf(['--reporter', reporter], { GITHUB_ACTIONS: 'true' })
    expect(log.split(/\r\n|\r|\n/).filter(isCommand)).toEqual([])
  },
)

test('github: there are its own commands, and what a stranger says is data in them', async () => {
  const log = await logOf(['--reporter', 'list,github'], { GITHUB_ACTIONS: 'true' })
  const commands = log.split(/\r\n|\r|\n/).filter(isCommand)
  expect(commands.length).toBeGreaterThan(0)
  for (const line of commands) expect(line).toMatch(/^::error file=[^:]*,line=\d+,col=\d+,endColumn=\d+,title=[^:]*::/)
})

test('list, judge: no control character of a stranger reaches the terminal', async () => {
  const log = await logOf(['--reporter', 'list'], {})
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
  expect(log).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
})
