// What `hil init` does. A file that is there is never touched: it is told, and stays.

import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createColors } from 'picocolors'
import { Problem } from '../../../emulators/core/problem.ts'
import { brokerNamed } from '../../api/brokers.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { terminal } from '../terminal.ts'
import { type Answers, answersWithoutAsking, ask } from './answers.ts'
import type { InitArguments } from './arguments.ts'
import { IGNORED, IGNORED_OF_C, projectFiles } from './files.ts'
import { C_BUILD } from './programs.ts'

export async function initAction(args: InitArguments): Promise<ExitCode> {
  const out = terminal()
  const answers = await answersOf(args)
  if (answers === null) {
    out.printError('\nnothing was written\n')
    return EXIT.interrupted
  }
  brokerNamed(answers.broker) // throws when there is none of that name
  const files = projectFiles(answers)
  const kept = Object.keys(files).filter((file) => existsSync(file))
  const written = Object.keys(files).filter((file) => !kept.includes(file))
  for (const file of written) {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, files[file]!)
  }
  const isAdded = await ignore(answers.test === 'c' ? [...IGNORED, ...IGNORED_OF_C] : IGNORED)
  if (isAdded) written.push('.gitignore')
  if (args.json) {
    out.print(`${JSON.stringify({ ...answers, written, kept }, null, 2)}\n`)
    return EXIT.passed
  }
  const c = createColors(out.color)
  for (const file of written) out.print(`  ${c.green('+')} ${file}\n`)
  for (const file of kept) out.print(`  ${c.dim('=')} ${file} ${c.dim('kept (exists)')}\n`)
  out.print(`\n${next(answers)}`)
  return EXIT.passed
}

async function answersOf(args: InitArguments): Promise<Answers | null> {
  if (args.yes) return answersWithoutAsking(args)
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw new Problem('cli/no-terminal', 'hil init asks questions, and standard input is not a terminal', {
      hint: 'hil init --yes asks nothing; hil init --help shows what can be said',
    })
  return ask(args, process)
}

/** True when a line was added. */
async function ignore(paths: readonly string[]): Promise<boolean> {
  const text = await readFile('.gitignore', 'utf8').catch(() => '')
  const lines = text.split(/\r?\n/).map((line) => line.trim().replace(/^\/|\/$/g, ''))
  const missing = paths.filter((line) => !lines.includes(line.replace(/\/$/, '')))
  if (missing.length === 0) return false
  const begin = text === '' || text.endsWith('\n') ? text : `${text}\n`
  await writeFile('.gitignore', `${begin}${missing.join('\n')}\n`)
  return true
}

function next({ test }: Answers): string {
  const lines = [
    ...(test === 'c' ? [[C_BUILD, 'builds the program that stands for yours']] : []),
    ['npx hil run', 'runs the scenarios; results/report.html shows what happened'],
    ['npx hil watch', 'runs them again whenever a file changes'],
    ['npx hil doctor', 'looks at this machine: ports, brokers, limits'],
    ...(test === 'broker'
      ? [
          ['npx hil run mqtt-hil/conformance/broker', 'the statements of MQTT 3.1.1, one by one'],
          [
            'npx hil load scenarios/03-fleet.scenario.yaml',
            'a fleet, with figures; --count sensors=5000 for a larger one',
          ],
        ]
      : []),
    ...(test === 'micropython' ? [['npx hil run --bind lamp=port:/dev/ttyUSB0', 'the same on a real board']] : []),
  ] as const
  const width = Math.max(...lines.map(([command]) => command!.length))
  return `Next:\n${lines.map(([command, what]) => `  ${command!.padEnd(width)}  ${what}\n`).join('')}`
}
