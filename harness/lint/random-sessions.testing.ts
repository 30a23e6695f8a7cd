// For the random tests of the lints: three connections of two devices, and what happens on them mixed.

import fc from 'fast-check'
import type { Packet } from '../../emulators/index.ts'

/** A packet but for its fixed header, at which no rule of a session looks. */
export type Made = Packet extends infer P ? (P extends Packet ? Omit<P, 'flags' | 'length'> : never) : never

/** 0 and 1 are connections of one device, 2 is one of another. */
export type Connection = 0 | 1 | 2

export interface OnConnection<Line> {
  readonly connection: Connection
  /** Milliseconds after the line before. */
  readonly after: number
  readonly line: Line
}

/** Its device, and its number among the device's connections. */
export const placeOf = (connection: Connection): { readonly device: string; readonly number: number } => ({
  device: connection === 2 ? 'other' : 'one',
  number: connection === 1 ? 2 : 1,
})

interface Sessions<Line> {
  readonly line: fc.Arbitrary<Line>
  /** CONNECT and CONNACK: what comes before the first line of a connection. */
  readonly begins: fc.Arbitrary<readonly Line[]>
  /** Lines at most, without those of the beginnings. */
  readonly most: number
}

export const sessionsOf = <Line>({ line, begins, most }: Sessions<Line>): fc.Arbitrary<readonly OnConnection<Line>[]> =>
  fc
    .tuple(
      fc.array(
        fc.record({
          connection: fc.constantFrom<Connection[]>(0, 0, 0, 1, 1, 2),
          after: fc.constantFrom(0, 1, 1, 5, 600, 1200),
          line,
        }),
        { minLength: 4, maxLength: most },
      ),
      fc.array(begins, { minLength: 3, maxLength: 3 }),
    )
    .map(([lines, beginnings]) => {
      const begun = new Set<Connection>()
      return lines.flatMap((one): OnConnection<Line>[] => {
        if (begun.has(one.connection)) return [one]
        begun.add(one.connection)
        const first = beginnings[one.connection]!.map((begin) => ({
          connection: one.connection,
          after: 1,
          line: begin,
        }))
        return [...first, one]
      })
    })
