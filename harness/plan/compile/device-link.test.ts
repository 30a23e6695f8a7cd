import { describe, expect, it } from 'vitest'
import { complaints } from '../testing.ts'

const withLink = (link: string, use = 'use: process, command: ./firmware'): string =>
  `name: x\nversion: 1\ndevices:\n  dut: { ${use}, link: ${link} }\nsteps: [{ delay: 1ms }]\n`

const warned = (text: string): unknown =>
  complaints(text).map(({ code, severity, at }) => [
    code,
    severity,
    text.split('\n')[at.line - 1]!.slice(at.column - 1),
  ])

describe('a link that other machines reach', () => {
  it.each([
    ['at all addresses', '{ host: 0.0.0.0 }', '0.0.0.0 } }'],
    ['in a network', '{ port: 1883, host: 192.168.7.7 }', '192.168.7.7 } }'],
    ['by IPv6', '{ host: "::" }', '"::" } }'],
  ])('%s takes everybody, which is a warning at its address', (_, link, from) => {
    expect(warned(withLink(link))).toEqual([['scenario/open-link', 'warning', from]])
  })

  it('of a board needs no address of its own', () => {
    const board = 'use: board, port: /dev/ttyUSB0'
    expect(warned(withLink('{ port: 1883 }', board))).toEqual([['scenario/open-link', 'warning', '{ port: 1883 } }']])
    expect(warned(withLink('{ port: 1883, from: any }', board))).toEqual([])
  })

  it.each([
    ['takes one', '{ host: 0.0.0.0, from: [192.168.7.9] }'],
    ['is meant for all', '{ host: 0.0.0.0, from: any }'],
    ['is none', '{ host: 127.0.0.2, port: 1883 }'],
    ['is none, by IPv6', '{ host: "::1" }'],
    ['has no address', '{ port: 1883 }'],
  ])('%s: no warning', (_, link) => {
    expect(warned(withLink(link))).toEqual([])
  })
})
