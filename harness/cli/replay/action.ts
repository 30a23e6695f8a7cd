// What `hil replay` does: a scenario of `use: replay` devices is made and run, and its record is held against the recording.

import { createColors } from 'picocolors'
import { Problem } from '../../../emulators/core/problem.ts'
import { type Replayed, replayInto } from '../../api/replay.ts'
import type { ScenarioRun } from '../../api/suite.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { tell } from '../errors.ts'
import { exitCodeOf, worse } from '../exit.ts'
import { interruptible } from '../interrupt.ts'
import { type Terminal, terminal } from '../terminal.ts'
import type { ReplayArguments } from './command.ts'

export async function replayAction(args: ReplayArguments): Promise<ExitCode> {
  const out = terminal()
  const speed = speedOf(args.speed)
  const { cafile, cert, key, insecure, username, pw } = args
  const { broker, config, device: devices, output } = args
  const interrupt = interruptible(out)
  const { result, parity } = await replayInto(args.recording, {
    ...{ cafile, cert, key, insecure, username, pw },
    ...{ broker, config, devices, speed, output, terminal: out, signal: interrupt.signal },
    onPassword: (device) =>
      out.printError(
        `${device} gave a password, which no recording has; with the user of -u, that of -P is in its place\n`,
      ),
  }).finally(interrupt.done)
  const run = result.scenarios[0]?.run
  const code = exitCodeOf(result, { allowInconclusive: true })
  if (run === undefined || parity === null || code === EXIT.bug || code === EXIT.interrupted) {
    if (run?.bug !== undefined) return tell(run.bug, out)
    return code
  }
  if (run.status === 'broken' && run.problem !== null) return tell(run.problem, out)
  const differ = Object.keys(parity).filter((device) => differs(parity[device]!, run, device, out))
  out.print(`  results: ${output}\n`)
  return differ.length > 0 ? worse(code, EXIT.failed) : code
}

function speedOf(text: string): number | 'max' {
  if (text === 'max') return text
  if (/^\d+(\.\d+)?$/.test(text) && Number(text) > 0) return Number(text)
  throw new Problem('cli/bad-number', `--speed ${text}: expected a number above 0, or max`, {
    hint: '2 is twice as fast, 0.5 half as fast',
  })
}

/** True when it did not do the same. */
function differs(parity: Replayed['parity'][string], { events }: ScenarioRun, device: string, out: Terminal): boolean {
  const c = createColors(out.color)
  const { differences, same } = parity
  const stuck = events.find((event) => event.kind === 'device' && event.device === device && event.change === 'crashed')
  if (differences.length === 0 && stuck === undefined) {
    out.print(`${c.green('=')} ${device}: ${same} packets, the same as recorded\n`)
    return false
  }
  out.print(`${c.red('≠')} ${device}: ${same} packets are the same, ${differences.length} differences\n`)
  if (stuck?.kind === 'device') out.print(`  it went no further: ${stuck.detail}\n`)
  if (differences.length > 0) out.print('    - recorded\n    + replayed\n')
  for (const { kind, text } of differences) out.print(`  ${kind === 'only-in-first' ? '-' : '+'} ${text}\n`)
  return true
}
