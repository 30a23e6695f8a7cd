import { expect, test } from 'vitest'
import { addressesIn } from './backtrace.ts'

test.each<[string, readonly string[]]>([
  ['Backtrace: 0x400d3a0f:0x3ffb4f60 0x400d3afd:0x3ffb4f80 |<-CORRUPTED', ['0x400d3a0f', '0x400d3afd']],
  ['MEPC    : 0x42008b2c  RA      : 0x42008b24  SP      : 0x3fc8f9a0', ['0x42008b2c', '0x42008b24']],
  ['epc1=0x4020105c epc2=0x00000000 epc3=0x00000000 excvaddr=0x00000000', ['0x4020105c']],
  ['[00:00:01.000,000] <err> os: Faulting instruction address (r15/pc): 0x0000045a', ['0x0000045a']],
  ['E: r3/a4:  0x00000003 r12/ip:  0x00000000 r14/lr:  0x000012fb', ['0x000012fb']],
  ['epc1=0x00000000', []],
  ['temp=0x40', []],
])('%s', (line, addresses) => expect(addressesIn(line)).toEqual(addresses))
