// The serial ports of this machine, with what is known of their USB bridges. Where udev is missing
// (containers, small Linuxes) the kernel's own files tell the same.

import { execFile } from 'node:child_process'
import { readdir, readFile, realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'

export interface PortInfo {
  /** Such as `/dev/ttyUSB0`. */
  readonly path: string
  /** Four hex digits each, lower case. */
  readonly vendorId: string | null
  readonly productId: string | null
  /** The USB serial number; cheap bridges have none, or all the same. */
  readonly serialNumber: string | null
  /** The USB socket: stays the same when the board is plugged in again there. */
  readonly location: string | null
  /** What the bridge is: `CP210x`. */
  readonly bridge: string | null
}

const BRIDGES: Readonly<Record<string, string>> = {
  '10c4:ea60': 'CP210x',
  '10c4:ea63': 'CP210x',
  '10c4:ea70': 'CP2105',
  '10c4:ea71': 'CP2108',
  '1a86:7523': 'CH340',
  '1a86:7522': 'CH340',
  '1a86:5523': 'CH341',
  '1a86:55d4': 'CH9102',
  '1a86:55d3': 'CH343',
  '0403:6001': 'FTDI FT232',
  '0403:6010': 'FTDI FT2232',
  '0403:6014': 'FTDI FT232H',
  '0403:6015': 'FTDI FT231X',
  '303a:1001': 'Espressif USB JTAG/serial',
  '303a:4001': 'Espressif native USB',
  '303a:0002': 'Espressif native USB',
  '2e8a:0005': 'MicroPython on RP2040',
  '067b:2303': 'PL2303',
}
const VENDORS: Readonly<Record<string, string>> = {
  '303a': 'Espressif',
  '10c4': 'Silicon Labs',
  '1a86': 'WCH',
  '0403': 'FTDI',
  '239a': 'Adafruit (CircuitPython)',
  '2e8a': 'Raspberry Pi',
}

export const bridgeOf = (vendorId: string | null, productId: string | null): string | null =>
  vendorId === null ? null : (BRIDGES[`${vendorId}:${productId}`] ?? VENDORS[vendorId] ?? null)

/** USB ports only: the sixteen ttyS of every PC are no boards. */
export async function listPorts(): Promise<readonly PortInfo[]> {
  const ports = process.platform === 'linux' && !(await hasUdev()) ? await fromSysfs('/sys') : await fromSerialport()
  return ports.filter((port) => port.vendorId !== null).sort((a, b) => (a.path < b.path ? -1 : 1))
}

async function hasUdev(): Promise<boolean> {
  return promisify(execFile)('udevadm', ['--version']).then(
    () => true,
    () => false,
  )
}

async function fromSerialport(): Promise<readonly PortInfo[]> {
  const { SerialPort } = await import('serialport')
  try {
    return (await SerialPort.list()).map((found) => {
      const vendorId = found.vendorId?.toLowerCase() ?? null
      const productId = found.productId?.toLowerCase() ?? null
      return {
        path: found.path,
        vendorId,
        productId,
        serialNumber: found.serialNumber ?? null,
        location: locationIn(found.pnpId) ?? found.locationId ?? null,
        bridge: bridgeOf(vendorId, productId),
      }
    })
  } catch (error) {
    if (process.platform === 'linux') return fromSysfs('/sys')
    throw error
  }
}

/** udev's name of the socket, `pci-0000:00:14.0-usb-0:2:1.0`, without the interface. */
const locationIn = (pnpId: string | undefined): string | null => /usb-\d+:([\d.]+)/.exec(pnpId ?? '')?.[1] ?? null

/** `root`: `/sys`, or a copy of it in tests. */
export async function fromSysfs(root: string): Promise<readonly PortInfo[]> {
  const folder = join(root, 'class/tty')
  const names = await readdir(folder).catch(() => [])
  const candidates = names.filter((name) => /^tty(USB|ACM|AMA|XRUSB)\d+$/.test(name))
  const found = await Promise.all(candidates.map((name) => describePort(join(folder, name), name)))
  return found.filter((port) => port !== null)
}

async function describePort(link: string, name: string): Promise<PortInfo | null> {
  // Up from …/usb1/1-2/1-2:1.0/ttyUSB0/tty/ttyUSB0 to the USB device, which is the one with an idVendor.
  for (let at = await realpath(link).catch(() => '/'); at !== '/' && at !== '.'; at = dirname(at)) {
    const vendorId = await text(join(at, 'idVendor'))
    if (vendorId === null) continue
    const productId = await text(join(at, 'idProduct'))
    return {
      path: `/dev/${name}`,
      vendorId,
      productId,
      serialNumber: await text(join(at, 'serial')),
      location: basename(at).replace(/^\d+-/, ''),
      bridge: bridgeOf(vendorId, productId),
    }
  }
  return null
}

const text = (file: string): Promise<string | null> =>
  readFile(file, 'utf8').then(
    (content) => content.trim() || null,
    () => null,
  )
