// A serial port at another machine: `tcp://HOST:PORT` passes bytes and nothing else; `rfc2217://HOST:PORT` is Telnet with
// the option COM-PORT-OPTION (RFC 2217), which sets the baud rate, DTR and RTS as well. ser2net and labgrid serve both.

import { connect, type Socket } from 'node:net'
import { Problem } from '../../../../emulators/index.ts'
import type { OpenSerial, SerialLine } from '../line.ts'
import {
  ANSWER,
  BINARY,
  COM_PORT,
  DO,
  DONT,
  DTR,
  doubled,
  IAC,
  NO_FLOW_CONTROL,
  RTS,
  SET_BAUDRATE,
  SET_CONTROL,
  SET_DATASIZE,
  SET_PARITY,
  SET_STOPSIZE,
  SUPPRESS_GO_AHEAD,
  Telnet,
  WILL,
} from './telnet.ts'

const URL_SHAPE = /^(tcp|rfc2217):\/\/(\[[^\]]+\]|[^:/]+):(\d{1,5})\/?$/
const PATIENCE_MS = 5000

export const isRemotePort = (path: string): boolean => /^(tcp|rfc2217):\/\//.test(path)

/** Why this is not the URL of a port; null: it is one. */
export const whyNoUrl = (path: string): string | null =>
  URL_SHAPE.test(path) && Number(URL_SHAPE.exec(path)![3]) <= 65535
    ? null
    : `${path} is not tcp://HOST:PORT or rfc2217://HOST:PORT`

/** Throws Problem `board/no-port`, `board/port-in-use` or `board/not-opened`. */
export const openRemote: OpenSerial = async (path, baudRate, events) => {
  const wrong = whyNoUrl(path)
  if (wrong !== null) throw new Problem('board/not-opened', wrong)
  const [, scheme, host, port] = URL_SHAPE.exec(path)!
  const socket = await connected(path, host!.replace(/^\[|\]$/g, ''), Number(port))
  let closing = false
  let gone = false
  const lost = (why: string): void => {
    if (closing || gone) return
    gone = true
    socket.destroy()
    events.onGone(why)
  }
  const telnet = scheme === 'rfc2217' ? new ComPort(socket) : null
  socket.on('data', (bytes) => {
    const data = telnet === null ? bytes : telnet.receive(bytes)
    if (data.length > 0) events.onData(data)
  })
  socket.on('error', (error) => lost(error.message))
  socket.on('close', () => lost('the connection was closed'))
  const line: SerialLine = {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        socket.write(telnet === null ? bytes : doubled(bytes), (error) => {
          if (error) reject(new Problem('board/lost', `${path}: ${error.message}`, { cause: error }))
          else setTimeout(resolve, (bytes.length * 10_000) / baudRate)
        })
      }),
    set: async (lines) => (telnet === null ? false : telnet.set(lines)),
    close: () =>
      new Promise((resolve) => {
        closing = true
        socket.destroy()
        resolve()
      }),
  }
  if (telnet !== null && !(await telnet.begin(baudRate))) {
    await line.close()
    throw new Problem('board/not-opened', `${path} does not speak RFC 2217`, {
      hint: 'tcp://HOST:PORT is for a port without Telnet; its lines cannot be set',
    })
  }
  return line
}

function connected(path: string, host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true })
    const late = setTimeout(() => socket.destroy(new Error('no answer')), PATIENCE_MS)
    socket.once('connect', () => {
      clearTimeout(late)
      socket.removeAllListeners('error')
      resolve(socket)
    })
    socket.once('error', (cause: NodeJS.ErrnoException) => {
      clearTimeout(late)
      const why = cause.code ?? cause.message
      reject(
        new Problem('board/no-port', `no answer from ${path}: ${why}`, {
          hint: 'check that ser2net, or what serves the port, is running there',
          cause,
        }),
      )
    })
  })
}

/** The client's half of RFC 2217. */
class ComPort {
  readonly #telnet: Telnet
  #lines = { dtr: true, rts: true }
  #waiting: { readonly answer: number; readonly done: (said: boolean) => void }[] = []
  #agreed: (yes: boolean) => void = () => {}

  constructor(socket: Socket) {
    this.#telnet = new Telnet(
      (bytes) => socket.write(bytes),
      (command, option) => this.#option(command, option),
      (sub) => this.#answered(sub),
    )
    socket.once('close', () => {
      this.#agreed(false)
      for (const { done } of this.#waiting.splice(0)) done(false)
    })
  }

  /** False: the other end does not know the option. */
  async begin(baudRate: number): Promise<boolean> {
    const agreed = new Promise<boolean>((resolve) => {
      const late = setTimeout(resolve, PATIENCE_MS, false)
      this.#agreed = (yes) => {
        clearTimeout(late)
        resolve(yes)
      }
    })
    for (const option of [BINARY, SUPPRESS_GO_AHEAD]) this.#telnet.send([IAC, WILL, option], [IAC, DO, option])
    this.#telnet.send([IAC, WILL, COM_PORT])
    if (!(await agreed)) return false
    const baud = [24, 16, 8, 0].map((shift) => (baudRate >>> shift) & 255)
    await this.#ask(SET_BAUDRATE, ...baud)
    await this.#ask(SET_DATASIZE, 8)
    await this.#ask(SET_PARITY, 1)
    await this.#ask(SET_STOPSIZE, 1)
    await this.#ask(SET_CONTROL, NO_FLOW_CONTROL)
    return true
  }

  /** One line after the other; a chip is not reset on the way unless it is to be: only RTS without DTR does that. */
  async set({ dtr, rts }: { readonly dtr: boolean; readonly rts: boolean }): Promise<boolean> {
    const setDtr = (): Promise<boolean> => this.#ask(SET_CONTROL, dtr ? DTR.on : DTR.off)
    const setRts = (): Promise<boolean> => this.#ask(SET_CONTROL, rts ? RTS.on : RTS.off)
    const dtrFirst = dtr || (this.#lines.rts && rts)
    this.#lines = { dtr, rts }
    const first = dtrFirst ? await setDtr() : await setRts()
    const second = dtrFirst ? await setRts() : await setDtr()
    return first && second
  }

  receive(bytes: Uint8Array): Uint8Array {
    return this.#telnet.receive(bytes)
  }

  #option(command: number, option: number): void {
    if (option === COM_PORT && command === DO) this.#agreed(true)
    else if (option === COM_PORT && command === DONT) this.#agreed(false)
    else if (option !== BINARY && option !== SUPPRESS_GO_AHEAD && option !== COM_PORT)
      this.#telnet.refuse(command, option)
  }

  #answered(sub: readonly number[]): void {
    const [option, answer] = sub
    if (option !== COM_PORT || answer === undefined) return
    const at = this.#waiting.findIndex((one) => one.answer === answer)
    if (at >= 0) this.#waiting.splice(at, 1)[0]!.done(true)
  }

  #ask(command: number, ...values: readonly number[]): Promise<boolean> {
    return new Promise((resolve) => {
      const late = setTimeout(() => {
        this.#waiting = this.#waiting.filter((one) => one !== mine)
        resolve(false)
      }, PATIENCE_MS)
      const mine = {
        answer: command + ANSWER,
        done: (said: boolean) => {
          clearTimeout(late)
          resolve(said)
        },
      }
      this.#waiting.push(mine)
      this.#telnet.sub(COM_PORT, command, ...values)
    })
  }
}
