// Firmware that takes no calls, here a small program for the host, in the device half of the conformance pack.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { statementsOf } from './run/index.ts'
import { runScenario } from './select/index.ts'

/** Connects, and acknowledges QoS 1; as told it loses the high byte of ids. */
const PROGRAM = `
import { connect } from 'node:net'
const [port, mask] = process.argv.slice(2).map(Number)
const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.from('100f00044d5154540402001e0003647574', 'hex')))
let bytes = Buffer.alloc(0)
socket.on('data', (chunk) => {
  bytes = Buffer.concat([bytes, chunk])
  for (;;) {
    let length = 0
    let start = 1
    do length += (bytes[start] & 127) * 128 ** (start - 1)
    while (bytes[start++] >= 128)
    if (!(bytes.length >= start + length)) break
    const packet = bytes.subarray(0, start + length)
    bytes = bytes.subarray(packet.length)
    if (packet[0] >> 4 !== 3 || (packet[0] & 6) !== 2) continue
    const at = start + 2 + packet.readUInt16BE(start)
    socket.write(Buffer.from([0x40, 2, packet[at] & mask, packet[at + 1]]))
  }
})
`

const folder = mkdtempSync(join(tmpdir(), 'hil-by-itself-'))
afterAll(() => rmSync(folder, { recursive: true }))
const program = join(folder, 'firmware.mjs')
writeFileSync(program, PROGRAM)

const boundTo = (scenario: string, mask: number) =>
  runScenario(`scenarios/conformance/device/by-itself/${scenario}.scenario.yaml`, {
    broker: 'aedes',
    bind: { dut: `process:${process.execPath} ${program} \${{ link.port }} ${mask}` },
  })

it.each(['packets', 'receives', 'receives-order'])(
  'is held against %s without being asked anything',
  async (scenario) => {
    const runs = await boundTo(scenario, 255)
    expect(runs.map((run) => run.status)).toEqual(runs.map(() => 'passed'))
  },
)

it('is found when it loses the high byte of an id', async () => {
  const failed = (await boundTo('receives', 0)).filter((run) => run.status === 'failed')
  expect(failed.map((run) => run.plan.variant)).toEqual(['message=id 513', 'message=id 65535'])
  for (const run of failed)
    expect(run.verdicts.filter((v) => v.kind === 'fail').flatMap((v) => statementsOf(v, run))).toContain('MQTT-2.3.1-6')
})
