import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { brokerContract } from './broker.contract.ts'
import { command } from './command.ts'
import { mosquitto } from './mosquitto/mosquitto.ts'
import { needs } from './needs.testing.ts'

const mosquittoHere = await needs('mosquitto')
const shellHere = await needs('setsid', 'cp', 'cat')
/** A shell finds it by this: its folder need not be on the PATH. */
const WHERE = { MOSQUITTO: mosquittoHere.paths[0] ?? 'mosquitto' }
const CONFIG = [
  'listener ${{ port }} ${{ host }}',
  'allow_anonymous true',
  'log_dest stderr',
  ...(process.getuid?.() === 0 ? ['user root'] : []),
  'listener ${{ websocket }} ${{ host }}',
  'protocol websockets',
  '',
].join('\n')
const MOSQUITTO = {
  command: ['mosquitto', '-c', '${{ config }}'],
  config: CONFIG,
  ready: 'mosquitto version \\S+ running',
  version: 'mosquitto version (\\S+)',
}

brokerContract(command, { options: MOSQUITTO, unavailable: await mosquitto.available() })

test('an unknown placeholder, a wrong regular expression and a missing program are Problems', async () => {
  const wrong = { code: 'broker/bad-options' }
  await expect(command.open({ command: ['x', '${{ prot }}'] })).rejects.toMatchObject({
    ...wrong,
    message: expect.stringMatching(
      /\$\{\{ prot \}\} is not known here; there is host, port, websocket, folder, config/,
    ),
  })
  await expect(command.open({ ...MOSQUITTO, ready: '(' })).rejects.toMatchObject(wrong)
  expect(await command.available({ command: ['no-such-broker'] })).toBe('no-such-broker is not installed')
  await expect(command.open({ command: ['no-such-broker'] })).rejects.toMatchObject({ code: 'broker/not-installed' })
})

describe.skipIf(mosquittoHere.skip)(`mosquitto by a command${mosquittoHere.why}`, () => {
  test('without a line to wait for, it is ready when its port answers', async () => {
    const { ready: _, version: __, ...options } = MOSQUITTO
    await using broker = await command.open(options)
    expect(broker.version).toBe('')
  })

  test('its environment and its folder', async () => {
    const options = {
      command: ['sh', '-c', 'echo "at $AT in $PWD: ${{ folder }}"; exec "$MOSQUITTO" -c ${{ config }}'],
      config: CONFIG,
      env: { AT: '${{ host }}:${{ port }}', ...WHERE },
      ready: 'running',
    }
    const broker = await command.open(options)
    const [, at, cwd, folder] = /at (\S+) in (\S+): (\S+)/.exec(broker.log())!
    expect(at).toBe(`${broker.host}:${broker.port}`)
    expect(cwd).toBe(folder)
    await broker[Symbol.asyncDispose]()
    expect(existsSync(folder!)).toBe(false)
  })

  test.skipIf(shellHere.skip)(`what it starts elsewhere is ended by its own kill${shellHere.why}`, async () => {
    // As docker does: the program that was started is not the broker, and outlives nothing.
    const options = {
      command: ['sh', '-c', 'setsid "$MOSQUITTO" -c ${{ config }} -v & echo $! > ${{ folder }}/pid; wait'],
      config: CONFIG,
      kill: ['sh', '-c', 'cp ${{ folder }}/pid ${{ folder }}/killed; kill -9 $(cat ${{ folder }}/pid)'],
      env: WHERE,
      ready: 'running',
    }
    const broker = await command.open(options)
    const folder = /Config loaded from (\S+)\/broker.conf/.exec(broker.log())![1]!
    const pid = Number(await readFile(join(folder, 'pid'), 'utf8'))
    await broker.kill()
    expect(existsSync(join(folder, 'killed'))).toBe(true)
    // Killed, and perhaps not yet collected by whoever inherited it.
    await expect.poll(() => existsSync(`/proc/${pid}/exe`)).toBe(false)
    await broker.start()
    await broker[Symbol.asyncDispose]()
  })

  test('one that does not start is told with its last words', async () => {
    await expect(command.open({ command: ['sh', '-c', 'echo no licence; exit 3'] })).rejects.toMatchObject({
      code: 'broker/not-started',
      message: 'command did not start: exit code 3',
      hint: expect.stringContaining('no licence'),
    })
  })
})

test('a version that is said after the port answers is waited for, and not one that is never said', async () => {
  const program = (says: string): string[] => [
    process.execPath,
    '-e',
    `require('node:net').createServer(() => {}).listen(\${{ port }}, '127.0.0.1'); ${says}`,
  ]
  const late = `setTimeout(() => console.log('broker version 1.2.3'), 700)`
  await using broker = await command.open({ command: program(late), version: 'version (\\S+)' })
  expect(broker.version).toBe('1.2.3')
  // Its line that it is ready came without one: nothing is waited for.
  const silent = `setTimeout(() => console.log('running'), 100)`
  await using other = await command.open({ command: program(silent), ready: 'running', version: 'version (\\S+)' })
  expect(other.version).toBe('')
})
