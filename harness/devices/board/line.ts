// A serial port that is open, wherever it is.

export interface SerialLine {
  /** Resolves when the port has taken it, at the pace of the line. */
  write(bytes: Uint8Array): Promise<void>
  /** False: this port has no such lines. */
  set(lines: { readonly dtr: boolean; readonly rts: boolean }): Promise<boolean>
  close(): Promise<void>
}

export interface SerialEvents {
  onData(bytes: Uint8Array): void
  /** Not after `close()`. */
  onGone(why: string): void
}

export type OpenSerial = (path: string, baudRate: number, events: SerialEvents) => Promise<SerialLine>
