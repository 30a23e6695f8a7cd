// `hil emulate micropython`: a virtual board by itself, as if it were plugged in. Its console is this
// terminal, or a pseudo terminal that any serial program opens; its network is this computer's.

import { openPty, type Pty, startVirtualBoard, type VirtualBoard } from '../../api/virtual-board.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { interruptible } from '../interrupt.ts'
import { onOutputGone, type Terminal } from '../terminal.ts'
import type { EmulateArguments } from './command.ts'

const CTRL_C = 3
const CTRL_CLOSE_BRACKET = 0x1d

export async function emulateBoard(args: EmulateArguments, out: Terminal): Promise<ExitCode> {
  const interrupt = interruptible(out)
  let pty: Pty | null = null
  let board: VirtualBoard | null = null
  const keys = (bytes: Uint8Array): void => board?.type(bytes)
  const { stdout } = process
  const decoder = new TextDecoder()
  const show = (bytes: Uint8Array): void => {
    if (stdout.isTTY) stdout.write(bytes)
    else out.print(decoder.decode(bytes, { stream: true }))
  }
  const offs: (() => void)[] = []
  try {
    return await new Promise<ExitCode>((resolve, reject) => {
      interrupt.signal.addEventListener('abort', () => resolve(EXIT.interrupted))
      offs.push(onOutputGone(() => resolve(EXIT.passed)))
      if (args.pty) {
        pty = openPty(keys)
        // The path alone, so that a script can read it.
        out.print(`${pty.path}\n`)
        out.printError(`a virtual board is at ${pty.path}: mpremote connect ${pty.path}; Ctrl-C here ends it\n`)
      } else offs.push(typed(keys, () => resolve(EXIT.passed), out))
      startVirtualBoard(
        { name: args.id ?? 'virtual', folder: args.files },
        {
          onConsole: (bytes) => (pty === null ? show(bytes) : pty.write(bytes)),
          onPin: (pin, value) => out.printError(`pin ${pin} = ${value}\n`),
          onSocket: (change) => {
            if (change !== 'connecting') out.printError(`socket ${change}\n`)
          },
          onBug: reject,
        },
      ).then((started) => {
        board = started
      }, reject)
    })
  } finally {
    for (const off of offs) off()
    if (process.stdin.isTTY) process.stdin.setRawMode(false)
    process.stdin.pause()
    await (board as VirtualBoard | null)?.stop('close')
    ;(pty as Pty | null)?.close()
    interrupt.done()
  }
}

/** This terminal as the board's: Ctrl-] leaves, Ctrl-C is the board's own. What it returns calls that off. */
function typed(keys: (bytes: Uint8Array) => void, leave: () => void, out: Terminal): () => void {
  const { stdin } = process
  if (stdin.isTTY) {
    stdin.setRawMode(true)
    out.printError('a virtual board; Ctrl-] leaves it\r\n')
  }
  const onData = (bytes: Buffer): void => {
    if (stdin.isTTY && bytes.includes(CTRL_CLOSE_BRACKET)) leave()
    else keys(stdin.isTTY ? bytes : asTyped(bytes))
  }
  const onEnd = (): void => {
    if (stdin.isTTY) leave()
  }
  stdin.on('data', onData).once('end', onEnd)
  return () => void stdin.off('data', onData).off('end', onEnd)
}

/** A file's line ends as the Enter key says them. */
const asTyped = (bytes: Buffer): Uint8Array =>
  bytes.map((byte) => (byte === 10 ? 13 : byte)).filter((byte) => byte !== CTRL_C || bytes.length === 1)
