// A local serial port for other machines: RFC 2217, one client at a time, whose board it is meanwhile.

import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { milliseconds, Problem } from '../../../../emulators/index.ts'
import { lockBoard } from '../lock/lock.ts'
import { openSerial, type SerialLine } from '../serial-line.ts'
import {
  ANSWER,
  BINARY,
  COM_PORT,
  DO,
  DTR,
  doubled,
  IAC,
  RTS,
  SET_BAUDRATE,
  SET_CONTROL,
  SUPPRESS_GO_AHEAD,
  Telnet,
  WILL,
} from './telnet.ts'

export interface SharedPort {
  /** Such as `/dev/ttyUSB0`. */
  readonly path: string
  /** By which names others may not use it meanwhile. */
  readonly names: readonly string[]
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
  /** Who has come or gone, and why somebody was sent away. */
  readonly onNote: (text: string) => void
}

/** Serves a port until it is disposed. Throws Node's own error when nothing can listen there. */
export async function sharePort(shared: SharedPort): Promise<{ readonly port: number } & AsyncDisposable> {
  const clients = new Set<Socket>()
  const server: Server = createServer({ noDelay: true }, (socket) => {
    clients.add(socket)
    socket.on('error', () => {}) // its close is the event
    socket.once('close', () => clients.delete(socket))
    void serve(socket, shared).catch((error: unknown) => {
      shared.onNote(`${shared.path}: ${(error as Error).message}`)
      socket.destroy()
    })
  })
  server.listen(shared.port, shared.host)
  await once(server, 'listening')
  return {
    port: (server.address() as { port: number }).port,
    async [Symbol.asyncDispose]() {
      for (const socket of clients) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const DEFAULT_BAUD = 115_200

/** Resolves when the client has gone and the board is free again. Throws Problem `board/held` and those of `openSerial`. */
async function serve(socket: Socket, { path, names, onNote }: SharedPort): Promise<void> {
  const closed = once(socket, 'close')
  const locks: AsyncDisposable[] = []
  let line: Promise<SerialLine> | null = null
  try {
    for (const name of names.toSorted()) locks.push(await lockBoard(name, { patience: milliseconds(0) }))
    const who = `${socket.remoteAddress}:${socket.remotePort}`
    onNote(`${path} is used by ${who}`)
    const port = new PortForClient(path, socket, (why) => socket.destroy(new Error(why)))
    line = port.open(DEFAULT_BAUD)
    await line
    socket.on('data', (bytes) => port.receive(bytes))
    await closed
    await port.close()
    onNote(`${path} is free again`)
  } finally {
    for (const lock of locks) await lock[Symbol.asyncDispose]()
  }
}

class PortForClient {
  readonly #path: string
  readonly #socket: Socket
  readonly #onGone: (why: string) => void
  readonly #telnet: Telnet
  #line: Promise<SerialLine> | null = null
  #baud = DEFAULT_BAUD
  #lines = { dtr: true, rts: true }
  /** What was asked for is done one after the other. */
  #turn: Promise<void> = Promise.resolve()

  constructor(path: string, socket: Socket, onGone: (why: string) => void) {
    this.#path = path
    this.#socket = socket
    this.#onGone = onGone
    this.#telnet = new Telnet(
      (bytes) => void socket.write(bytes),
      (command, option) => this.#option(command, option),
      (sub) => this.#next(() => this.#asked(sub)),
    )
  }

  open(baud: number): Promise<SerialLine> {
    this.#baud = baud
    this.#line = openSerial(this.#path, baud, {
      onData: (bytes) => void this.#socket.write(doubled(bytes)),
      onGone: this.#onGone,
    })
    return this.#line
  }

  receive(bytes: Uint8Array): void {
    const data = this.#telnet.receive(bytes)
    if (data.length > 0) this.#next(async () => (await this.#line)?.write(data))
  }

  async close(): Promise<void> {
    await this.#turn
    await (await this.#line?.catch(() => null))?.close()
  }

  #next(act: () => Promise<void>): void {
    this.#turn = this.#turn.then(act).catch((error: unknown) => {
      this.#socket.destroy(error instanceof Problem ? error : new Error(String(error)))
    })
  }

  #option(command: number, option: number): void {
    const known = option === BINARY || option === SUPPRESS_GO_AHEAD || option === COM_PORT
    if (!known) this.#telnet.refuse(command, option)
    else if (command === WILL) this.#telnet.send([IAC, DO, option])
    else if (command === DO) this.#telnet.send([IAC, WILL, option])
  }

  async #asked(sub: readonly number[]): Promise<void> {
    const [option, command, ...values] = sub
    if (option !== COM_PORT || command === undefined || command >= ANSWER) return
    if (command === SET_BAUDRATE && values.length === 4) {
      const baud = values.reduce((all, byte) => all * 256 + byte, 0)
      if (baud > 0 && baud !== this.#baud) await this.#reopen(baud)
      this.#telnet.sub(COM_PORT, command + ANSWER, ...[24, 16, 8, 0].map((shift) => (this.#baud >>> shift) & 255))
      return
    }
    if (command === SET_CONTROL) await this.#control(values[0] ?? 0)
    this.#telnet.sub(COM_PORT, command + ANSWER, ...values)
  }

  async #reopen(baud: number): Promise<void> {
    await (await this.#line)?.close()
    await this.open(baud)
  }

  async #control(value: number): Promise<void> {
    const before = this.#lines
    if (value === DTR.on || value === DTR.off) this.#lines = { ...before, dtr: value === DTR.on }
    else if (value === RTS.on || value === RTS.off) this.#lines = { ...before, rts: value === RTS.on }
    else return
    await (await this.#line)?.set(this.#lines)
  }
}
