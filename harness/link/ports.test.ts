import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { claimPort, isFree, listen, ReservedPorts } from './ports.ts'

const HOST = '127.0.0.1'

test('claims differ, and lie below what kernels give out by themselves', async () => {
  const claims = await Promise.all(Array.from({ length: 20 }, () => claimPort((port) => isFree(HOST, port))))
  const ports = claims.map((claim) => claim.port)
  expect(new Set(ports).size).toBe(20)
  for (const port of ports) expect(port >= 20_000 && port < 32_000).toBe(true)
  for (const claim of claims) claim.release()
})

test('goes on to the next port until one can be used', async () => {
  const tried: number[] = []
  const claim = await claimPort(async (port) => tried.push(port) === 3)
  expect(tried).toHaveLength(3)
  expect(claim.port).toBe(tried[2])
  claim.release()
})

test('a closed port is given to no other process', async () => {
  // Both begin at the same number, as processes may.
  const [one, other] = [new ReservedPorts(), new ReservedPorts()]
  const some = (ports: ReservedPorts) =>
    Promise.all(Array.from({ length: 120 }, async () => (await claimPort(() => Promise.resolve(true), ports)).port))
  const taken = new Set([...(await some(one)), ...(await some(other))])
  expect(taken.size).toBe(240)
})

test('where others have reserved all ports, what is free at the moment is shared', async () => {
  const ports = new ReservedPorts(() => Promise.resolve(null))
  const claim = await claimPort((port) => isFree(HOST, port), ports)
  expect(await isFree(HOST, claim.port)).toBe(true)
  const tried = new Set<number>()
  const refuse = (port: number): Promise<boolean> => Promise.resolve(tried.add(port).size === 0)
  await expect(claimPort(refuse, ports)).rejects.toMatchObject({ code: 'link/no-port' })
  expect(tried.size).toBe(11_999)
})

test('a port that somebody listens on is not free, and is free again afterwards', async () => {
  const server = createServer()
  const claim = await claimPort((port) => listen(server, HOST, port))
  expect(await isFree(HOST, claim.port)).toBe(false)
  server.close()
  await once(server, 'close')
  expect(await isFree(HOST, claim.port)).toBe(true)
  claim.release()
})

test('what goes wrong in between is not hidden, and the port is given back', async () => {
  await expect(claimPort(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  await expect(isFree('192.0.2.1', 20_000)).rejects.toMatchObject({ code: 'link/cannot-listen' })
})
