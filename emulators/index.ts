// The face of the emulators: everything that the harness, or a program of your own, may use.

export * from './board.ts'
export * from './ground/problem.ts'
export * from './ground/random.ts'
export * from './ground/time.ts'
export * from './mqtt/packet.ts'
