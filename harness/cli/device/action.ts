// What `hil device NAME …` does.

import { statSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Problem } from '../../../emulators/core/problem.ts'
import { BoardSession } from '../../api/boards.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { onEndSignal } from '../interrupt.ts'
import { onOutputGone, type Terminal, terminal } from '../terminal.ts'
import type { DeviceArguments } from './command.ts'

const CTRL_CLOSE_BRACKET = 0x1d

/** How many operands each action takes. */
const OPERANDS: Readonly<Record<DeviceArguments['action'], readonly [least: number, most: number, usage: string]>> = {
  repl: [0, 0, ''],
  exec: [1, 1, 'CODE'],
  run: [1, 1, 'FILE'],
  cp: [2, Number.POSITIVE_INFINITY, 'FROM… TO; a colon means: on the board'],
  ls: [0, 1, '[PATH]'],
  rm: [1, 1, 'PATH'],
  reset: [0, 0, ''],
  monitor: [0, 0, ''],
}

export async function deviceAction({ name, action, operands = [] }: DeviceArguments): Promise<ExitCode> {
  const out = terminal()
  const [least, most, usage] = OPERANDS[action]
  if (operands.length < least || operands.length > most)
    throw new Problem('cli/operands', `usage: hil device ${name} ${action} ${usage}`.trim())
  const [first = ''] = operands
  if (action === 'run') await readFile(first) // before the board is disturbed
  // Everything is awaited before the session is given back.
  await using session = await BoardSession.open(name)
  session.onNote = (text) => out.printError(`${text}\n`)
  switch (action) {
    case 'exec':
      return await execute(session, first, out)
    case 'run':
      return await execute(session, await readFile(first, 'utf8'), out)
    case 'cp':
      return await copy(session, operands, out)
    case 'ls': {
      const entries = await session.repl((_, files) => files.list(first.replace(/^:/, '') || '/'))
      for (const { path, size } of entries) out.print(`${String(size).padStart(8)} ${path}\n`)
      return EXIT.passed
    }
    case 'rm':
      await session.repl((_, files) => files.remove(first.replace(/^:/, '')))
      return EXIT.passed
    case 'reset':
      await session.reset()
      return EXIT.passed
    case 'monitor':
    case 'repl':
      return await attended(session, action === 'repl', out)
  }
}

/** How long a board may take to react to Ctrl-C, ms. */
const CTRL_C_LIMIT = 2000

/**
 * Prints as it comes; an exception is exit code 1. The first Ctrl-C is passed on to the board; when that does not help,
 * or at the second one, and at any other signal that ends a program, this ends.
 */
async function execute(session: BoardSession, source: string, out: Terminal): Promise<ExitCode> {
  let leave: (code: ExitCode) => void = () => {}
  const left = new Promise<ExitCode>((resolve) => {
    leave = resolve
  })
  let asked: NodeJS.Timeout | undefined
  const work = session.repl(async (repl) => {
    const interrupt = (): void => {
      if (asked !== undefined) return leave(EXIT.interrupted)
      asked = setTimeout(() => {
        out.printError('the board does not react to Ctrl-C\n')
        leave(EXIT.interrupted)
      }, CTRL_C_LIMIT)
      repl.interrupt().catch(() => {})
    }
    process.removeListener('SIGINT', early)
    process.on('SIGINT', interrupt)
    try {
      const { error } = await repl.execute(source, { onLine: (line) => out.print(`${line}\n`) })
      if (error === '') return EXIT.passed
      out.printError(error)
      return EXIT.failed
    } finally {
      process.off('SIGINT', interrupt)
    }
  })
  const early = (): void => leave(EXIT.interrupted)
  process.on('SIGINT', early)
  process.on('SIGTERM', early)
  process.on('SIGHUP', early)
  try {
    return await Promise.race([work, left])
  } finally {
    clearTimeout(asked)
    work.catch(() => {}) // what is given up may end as it likes
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, early)
  }
}

async function copy(session: BoardSession, operands: readonly string[], out: Terminal): Promise<ExitCode> {
  const target = operands.at(-1)!
  const sources = operands.slice(0, -1)
  const upload = target.startsWith(':')
  if (sources.some((source) => source.startsWith(':') === upload))
    throw new Problem('cli/operands', 'copy from here to the board, or from the board to here', {
      hint: 'hil device NAME cp main.py :main.py, or hil device NAME cp :log.txt .',
    })
  const contents = upload ? await Promise.all(sources.map((source) => readFile(source))) : []
  return session.repl(async (_, files) => {
    for (const [k, source] of sources.entries()) {
      if (upload) {
        const to = intoFolder(target.slice(1), source, sources.length > 1)
        out.print(`${to}: ${(await files.put(to, contents[k]!)) ? 'written' : 'is the same already'}\n`)
      } else {
        const isFolder = statSync(target, { throwIfNoEntry: false })?.isDirectory() === true
        const to = isFolder ? join(target, basename(source)) : target
        await writeFile(to, await files.get(source.slice(1)))
        out.print(`${to}: written\n`)
      }
    }
    return EXIT.passed
  })
}

const intoFolder = (target: string, source: string, several: boolean): string =>
  target === '' || target.endsWith('/') || several ? `${target.replace(/\/$/, '')}/${basename(source)}` : target

/** The console, until Ctrl-C (monitor) or Ctrl-] (repl). */
async function attended(session: BoardSession, typing: boolean, out: Terminal): Promise<ExitCode> {
  const { stdin } = process
  const offs: (() => void)[] = []
  try {
    return await new Promise<ExitCode>((resolve, reject) => {
      const { stdout } = process
      const decoder = new TextDecoder()
      // What a person types into answers with sequences of its own; what is only shown has no business with the terminal.
      session.onConsole = (bytes) => {
        if (typing && stdout.isTTY) stdout.write(bytes)
        else out.print(decoder.decode(bytes, { stream: true }).replace(/\r+\n/g, '\n'))
      }
      session.onGone = reject
      const leave = (): void => resolve(EXIT.passed)
      offs.push(onOutputGone(leave), onEndSignal(leave))
      if (!typing) return
      if (stdin.isTTY) stdin.setRawMode(true)
      out.printError(`${session.path}; Ctrl-] leaves it\r\n`)
      const onData = (bytes: Buffer): void => {
        if (bytes.includes(CTRL_CLOSE_BRACKET)) leave()
        else session.type(stdin.isTTY ? bytes : bytes.map((byte) => (byte === 10 ? 13 : byte))).catch(reject)
      }
      stdin.on('data', onData).once('end', leave)
      offs.push(() => void stdin.off('data', onData).off('end', leave))
      session.type(Buffer.from('\r')).catch(reject)
    })
  } finally {
    for (const off of offs) off()
    if (typing) {
      if (stdin.isTTY) stdin.setRawMode(false)
      stdin.pause()
    }
  }
}
