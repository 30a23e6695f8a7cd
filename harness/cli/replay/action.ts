// What `hil replay` does: a scenario of `use: replay` devices is made and run, and its record is held against the recording.

import { resolve } from 'node:path'
import { createColors } from 'picocolors'
import { milliseconds, Problem } from '../../../emulators/index.ts'
import { compareReplay } from '../../compare/index.ts'
import { loadConfig } from '../../config/index.ts'
import { version } from '../../config/package.ts'
import { scriptOf } from '../../devices/index.ts'
import { devicesIn, type Recording, readRecording } from '../../evidence/index.ts'
import { compile, type Plan } from '../../plan/index.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { prepareOutput, reporters } from '../../report/index.ts'
import { runSuite, type ScenarioRun } from '../../run/index.ts'
import { bare, didYouMean, documentText, flow, list, map, type Value } from '../../scenario/index.ts'
import { chooseBroker, factsOf, openChosen } from '../../select/index.ts'
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
  const plan = planOf(replayScenario(args.recording, recording, devices, speed), chosen)
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

/** So long (s) above what is recorded a replay may wait in all: each wait has a limit of its own. */
const SPARE = 3600

/** Its claims only wait until all that was sent is in the record. */
export function replayScenario(path: string, recording: Recording, devices: readonly string[], speed: string): string {
  const scripts = devices.map((device) => ({ device, ...scriptOf(recording.events, device) }))
  const begins = scripts.flatMap(({ acts }) => acts.slice(0, 1).map(({ at }) => at))
  const begin = begins.length === 0 ? 0 : Math.max(0, Math.min(...begins))
  const length = (recording.events.at(-1)?.at ?? 0) / 1000
  const within = bare(`${Math.ceil(length / (speed === 'max' ? 1 : Math.min(1, Number(speed)))) + SPARE}s`)
  const file = resolve(recording.file)
  const steps: Value[] = devices.flatMap((device) => [
    { name: `${device} ends`, expect: { exit: { device }, within } },
    {
      name: `${device} has done all that was recorded`,
      expect: { exit: { device, code: 0 }, since: 'start', within: bare('1ms') },
    },
  ])
  for (const { device, acts } of scripts) {
    const last = acts.findLast((act) => act.kind === 'send')
    if (last !== undefined && last.kind === 'send') {
      const { type } = last.packet
      const { connection } = last
      const like = acts.filter(
        (act) => act.kind === 'send' && act.packet.type === type && act.connection === connection,
      )
      steps.push({
        name: 'its last packet has come through',
        expect: {
          packet: { from: device, type, connection },
          count: { min: like.length },
          since: 'start',
          within: bare('5s'),
        },
      })
    }
    for (const end of acts)
      if (end.kind === 'end')
        steps.push({
          name: `connection ${end.connection} has ended`,
          expect: {
            socket: { from: device, event: 'ended', connection: end.connection },
            since: 'start',
            within: bare('5s'),
          },
        })
  }
  return documentText(
    map([
      ['name', flow(`replay of ${path}`)],
      ['version', flow(1)],
      ['timeout', flow(within)],
      ['observer', flow(false)],
      [
        'devices',
        map(
          devices.map((device) => [
            device,
            flow({
              use: 'replay',
              file,
              device,
              speed: speed === 'max' ? speed : Number(speed),
              begin: bare(`${begin.toFixed(3)}ms`),
            }),
          ]),
        ),
      ],
      ['steps', list(steps.map(flow))],
    ]),
  )
}

function planOf(text: string, chosen: ReturnType<typeof chooseBroker>): Plan {
  const { plans, diagnostics } = compile('replay.scenario.yaml', text, {
    broker: () => factsOf(chosen),
    timeout: milliseconds(0),
  })
  const [plan] = plans
  if (plan !== undefined) return plan
  const [wrong] = diagnostics.all
  throw new Error(`the scenario of the replay is wrong: ${wrong?.at.line}: ${wrong?.message}\n${text}`)
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
