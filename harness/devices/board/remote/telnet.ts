// Telnet as RFC 2217 needs it: the words of the protocol, and the commands taken out of a stream of bytes. RFC 854, 2217.

export const IAC = 255
export const DONT = 254
export const DO = 253
export const WONT = 252
export const WILL = 251
export const SB = 250
export const SE = 240
export const BINARY = 0
export const SUPPRESS_GO_AHEAD = 3
export const COM_PORT = 44
export const SET_BAUDRATE = 1
export const SET_DATASIZE = 2
export const SET_PARITY = 3
export const SET_STOPSIZE = 4
export const SET_CONTROL = 5
export const NO_FLOW_CONTROL = 1
export const DTR = { on: 8, off: 9 } as const
export const RTS = { on: 11, off: 12 } as const
/** An answer has the number of its question and this. */
export const ANSWER = 100

export const doubled = (bytes: Uint8Array): Uint8Array =>
  bytes.includes(IAC) ? Uint8Array.from([...bytes].flatMap((byte) => (byte === IAC ? [IAC, IAC] : [byte]))) : bytes

/** One end of a Telnet connection. */
export class Telnet {
  readonly #write: (bytes: Uint8Array) => void
  readonly #onOption: (command: number, option: number) => void
  readonly #onSub: (sub: readonly number[]) => void
  #state: 'data' | 'iac' | 'option' | 'sub' | 'sub-iac' = 'data'
  #command = 0
  #sub: number[] = []

  /** `onOption`: DO, DONT, WILL or WONT, and of what; `onSub`: what stood between SB and SE. */
  constructor(
    write: (bytes: Uint8Array) => void,
    onOption: (command: number, option: number) => void,
    onSub: (sub: readonly number[]) => void,
  ) {
    this.#write = write
    this.#onOption = onOption
    this.#onSub = onSub
  }

  /** Takes the commands out of what came; gives what is left. */
  receive(bytes: Uint8Array): Uint8Array {
    return Uint8Array.from([...bytes].filter((byte) => this.#take(byte)))
  }

  send(...parts: readonly (readonly number[])[]): void {
    this.#write(Uint8Array.from(parts.flat()))
  }

  /** A subnegotiation. */
  sub(...values: readonly number[]): void {
    this.send([IAC, SB], [...doubled(Uint8Array.from(values))], [IAC, SE])
  }

  /** Says no to an option that the other end offers or asks for. */
  refuse(command: number, option: number): void {
    if (command === DO) this.send([IAC, WONT, option])
    else if (command === WILL) this.send([IAC, DONT, option])
  }

  /** True: the byte is data. */
  #take(byte: number): boolean {
    switch (this.#state) {
      case 'data':
        if (byte !== IAC) return true
        this.#state = 'iac'
        return false
      case 'iac':
        if (byte === IAC) {
          this.#state = 'data'
          return true
        }
        this.#command = byte
        this.#state = byte === SB ? 'sub' : byte >= WILL ? 'option' : 'data'
        return false
      case 'option':
        this.#state = 'data'
        this.#onOption(this.#command, byte)
        return false
      case 'sub':
        if (byte === IAC) this.#state = 'sub-iac'
        // What never ends is no subnegotiation.
        else if (this.#sub.length < LONGEST) this.#sub.push(byte)
        return false
      default:
        this.#state = byte === SE ? 'data' : 'sub'
        if (byte === IAC) this.#sub.push(IAC)
        else if (byte === SE) this.#onSub(this.#sub.splice(0))
        return false
    }
  }
}

const LONGEST = 256
