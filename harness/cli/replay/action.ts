// What `hil replay` does: a scenario of `use: replay` devices is made and run, and its record is held against the recording.

import { createColors } from 'picocolors'
import { Problem } from '../../../emulators/index.ts'
import { replayPlan, replayScenario } from '../../api/index.ts'
import { compareReplay } from '../../compare/index.ts'
import { loadConfig } from '../../config/index.ts'
import { version } from '../../config/package.ts'
import { devicesIn, type Recording, readRecording } from '../../evidence/index.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { prepareOutput, reporters } from '../../report/index.ts'
import { runSuite, type ScenarioRun } from '../../run/index.ts'
import { didYouMean } from '../../scenario/index.ts'
import { chooseBroker, openChosen } from '../../select/index.ts'
import { limitsOf } from '../../session/index.ts'
import { tell } from '../errors.ts'
import { exitCodeOf, worse } from '../exit.ts'
import { interruptible } from '../interrupt.ts'
import { type Terminal, terminal } from '../terminal.ts'
import type { ReplayArguments } from './command.ts'

export async function replayAction(args: ReplayArguments): Promise<ExitCode> {
  const out = terminal()
  const recording = readRecording(args.recording)
  const devices = devicesOf(args, recording)
  const speed = speedOf(args.speed)
  const config = await loadConfig(args.config)
  const chosen = chooseBroker(args.broker, args, config)
  const plan = replayPlan(replayScenario(args.recording, recording, devices, speed), chosen)
  await prepareOutput(args.output)
  tellOfPasswords(recording, devices, out)
  const interrupt = interruptible(out)
  const result = await runSuite(
    [{ plan, openBroker: () => openChosen(chosen) }],
    {
      jobs: 1,
      retries: 0,
      limits: limitsOf(config.limits),
      repeatEach: 1,
      maxFailures: 0,
      seed: 0,
      globalTimeout: 0,
      output: args.output,
      signal: interrupt.signal,
    },
    [reporters.json, reporters.html].map((kind) => kind.create({ ...out, version: version() })),
  )
  interrupt.done()
  const run = result.scenarios[0]?.run
  const code = exitCodeOf(result, { allowInconclusive: true })
  if (run === undefined || code === EXIT.bug || code === EXIT.interrupted) {
    if (run?.bug !== undefined) return tell(run.bug, out)
    return code
  }
  if (run.status === 'broken' && run.problem !== null) return tell(run.problem, out)
  const differ = devices.filter((device) => differs(recording, run, device, out))
  out.print(`  results: ${args.output}\n`)
  return differ.length > 0 ? worse(code, EXIT.failed) : code
}

function devicesOf({ device, recording: path }: ReplayArguments, { events }: Recording): readonly string[] {
  const known = devicesIn(events)
  const unknown = device?.find((name) => !known.includes(name))
  if (known.length > 0 && unknown === undefined) return device ?? known
  const what = unknown === undefined || known.length === 0 ? 'nothing connected' : `unknown device "${unknown}"`
  throw new Problem('cli/no-such-device', `${what} in ${path}`, {
    hint:
      known.length === 0
        ? 'record again, and have the device connect where hil record says'
        : (didYouMean(unknown!, known) ?? `it has ${known.join(', ')}`),
  })
}

function speedOf(text: string): string {
  if (text === 'max' || (/^\d+(\.\d+)?$/.test(text) && Number(text) > 0)) return text
  throw new Problem('cli/bad-number', `--speed ${text}: expected a number above 0, or max`, {
    hint: '2 is twice as fast, 0.5 half as fast',
  })
}

function tellOfPasswords({ events }: Recording, devices: readonly string[], out: Terminal): void {
  for (const device of devices) {
    const masked = events.some(
      (e) =>
        e.kind === 'packet' && e.device === device && e.packet.type === 'connect' && e.packet.password !== undefined,
    )
    if (masked)
      out.printError(
        `${device} gave a password, which no recording has; with the user of -u, that of -P is in its place\n`,
      )
  }
}

/** True when it did not do the same. */
function differs(recording: Recording, { events }: ScenarioRun, device: string, out: Terminal): boolean {
  const c = createColors(out.color)
  const { differences, same } = compareReplay(recording.events, events, device)
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
