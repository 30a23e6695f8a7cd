import { expect, it, vi } from 'vitest'
import { ResourceStack } from './resource-stack.ts'

const gate = () => {
  let open = (): void => {}
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, passed }
}

const resource = (name: string, log: string[], release: () => Promise<void> = async () => {}) => ({
  name,
  async [Symbol.asyncDispose]() {
    await release()
    log.push(name)
  },
})

it('gives back in reverse, also what is only to be done then', async () => {
  const log: string[] = []
  {
    await using bench = new ResourceStack()
    await bench.take('a', Promise.resolve(resource('a', log)))
    bench.onRelease('b', () => void log.push('b'))
    await bench.take('c', Promise.resolve(resource('c', log)))
  }
  expect(log).toEqual(['c', 'b', 'a'])
})

it('goes on when a release throws, and says what it was', async () => {
  const log: string[] = []
  const bench = new ResourceStack()
  await bench.take('the broker', Promise.resolve(resource('broker', log)))
  await bench.take('the link', Promise.resolve(resource('link', log, () => Promise.reject(new Error('stuck')))))
  bench.onRelease('the log', () => {
    throw new Error('full')
  })
  await bench[Symbol.asyncDispose]()
  expect(log).toEqual(['broker'])
  expect(bench.troubles.map((t) => [t.code, t.message])).toEqual([
    ['run/not-released', 'the log could not be released: Error: full'],
    ['run/not-released', 'the link could not be released: Error: stuck'],
  ])
})

it('leaves behind, after five seconds, what hangs', async () => {
  vi.useFakeTimers()
  try {
    const log: string[] = []
    const bench = new ResourceStack()
    await bench.take('a', Promise.resolve(resource('a', log)))
    await bench.take('b', Promise.resolve(resource('b', log, () => new Promise(() => {}))))
    const released = bench[Symbol.asyncDispose]()
    await vi.advanceTimersByTimeAsync(4999)
    expect(log).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    await released
    expect(log).toEqual(['a'])
    expect(bench.troubles[0]?.message).toContain('b could not be released')
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})

it('holds what arrives after whoever asked for it has gone', async () => {
  const log: string[] = []
  const bench = new ResourceStack()
  const arriving = gate()
  const asked = bench.take(
    'late',
    arriving.passed.then(() => resource('late', log)),
  )
  const released = bench[Symbol.asyncDispose]()
  arriving.open()
  await released
  await asked
  expect(log).toEqual(['late'])
})

it('what cannot be taken is not held, and whoever asked hears of it', async () => {
  const bench = new ResourceStack()
  await expect(bench.take('x', Promise.reject(new Error('no')))).rejects.toThrow('no')
  await bench[Symbol.asyncDispose]()
  expect(bench.troubles).toEqual([])
})

it('gives nothing back before work on it has ended, however it ends', async () => {
  const log: string[] = []
  const bench = new ResourceStack()
  await bench.take('device', Promise.resolve(resource('device', log)))
  const booting = gate()
  const boot = booting.passed.then(() => {
    log.push('booted')
    throw new Error('and failed')
  })
  const heard = expect(bench.during('the boot', boot)).rejects.toThrow('and failed')
  const released = bench[Symbol.asyncDispose]()
  booting.open()
  await Promise.all([released, heard])
  expect([log, bench.troubles]).toEqual([['booted', 'device'], []])
})
