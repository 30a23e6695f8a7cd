// What `hil doctor` does.

import { createColors } from 'picocolors'
import { engines, version } from '../../config/package.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { exitCodeOfSignal, onEndSignal } from '../interrupt.ts'
import { type Terminal, terminal } from '../terminal.ts'
import type { DoctorArguments } from './command.ts'
import type { DoctorFinding } from './finding.ts'
import { clock, descriptorLimit, descriptors, lateness, node } from './machine.ts'
import { brokersFound, config as configFinding, schema } from './project.ts'
import { serial, world } from './serial.ts'

export async function doctorAction(args: DoctorArguments): Promise<ExitCode> {
  // Brokers that were started are ended when the process exits, which a signal by itself does not do.
  const off = onEndSignal((signal) => process.exit(exitCodeOfSignal(signal)))
  try {
    return await diagnose(args)
  } finally {
    off()
  }
}

async function diagnose(args: DoctorArguments): Promise<ExitCode> {
  const out = terminal()
  const findings: DoctorFinding[] = []
  const add = (...more: readonly (DoctorFinding | null)[]): void => {
    for (const finding of more) {
      if (finding === null) continue
      findings.push(finding)
      if (!args.json) show(finding, out)
    }
  }
  add({ about: 'mqtt-hil', state: 'good', found: version() })
  add(node(process.version, engines()), descriptors(descriptorLimit()), clock(await lateness()))
  add(...(await serial(world())))
  const [config, ofConfig] = await configFinding(args.config)
  add(ofConfig, await schema())
  add(...(await brokersFound(config)))
  if (args.json) out.print(`${JSON.stringify(findings, null, 2)}\n`)
  return findings.some(({ state }) => state === 'wrong') ? EXIT.environment : EXIT.passed
}

const WIDTH = 18

function show({ about, state, found, hint }: DoctorFinding, out: Terminal): void {
  const c = createColors(out.color)
  const mark = { good: c.green('✓'), note: c.yellow('·'), wrong: c.red('✗') }[state]
  const more =
    hint === undefined
      ? ''
      : `\n${' '.repeat(WIDTH + 4)}${c.cyan('hint:')} ${hint.replaceAll('\n', `\n${' '.repeat(WIDTH + 10)}`)}`
  out.print(`${mark} ${about.padEnd(WIDTH)}  ${found}${more}\n`)
}
