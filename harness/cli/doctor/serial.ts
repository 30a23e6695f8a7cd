// Serial ports, and whether this user may open them. Linux gives a port to a group (dialout, uucp): who is not in
// it gets EACCES, and after having been added must log in again. Other systems let everybody in.

import { constants } from 'node:fs'
import { access, readdir, readFile, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type DoctorFinding, good, note, wrong } from './finding.ts'

const GROUPS = ['dialout', 'uucp']
/** They open each new port to see whether a modem or a Braille display is there, and a board hears it. */
const MEDDLERS: Readonly<Record<string, string>> = {
  ModemManager: 'it talks to new ports: systemctl mask --now ModemManager',
  brltty: 'it takes CH340 and CP2102 adapters away: apt-get remove brltty',
}

export interface World {
  readonly platform: NodeJS.Platform
  readonly dev: string
  readonly etcGroup: string
  readonly proc: string
  readonly uid: number
  readonly groups: readonly number[]
}

export const world = (): World => ({
  platform: process.platform,
  dev: '/dev',
  etcGroup: '/etc/group',
  proc: '/proc',
  uid: process.getuid?.() ?? 0,
  groups: process.getgroups?.() ?? [],
})

export async function serial(here: World): Promise<DoctorFinding[]> {
  if (here.platform === 'win32') return [good('serial ports', 'COM ports are open to everybody; `mode` lists them')]
  const pattern = here.platform === 'darwin' ? /^cu\.(usb|SLAB|wch)/ : /^tty(USB|ACM)\d+$/
  const names = (await readdir(here.dev).catch(() => [])).filter((name) => pattern.test(name)).sort()
  const stable = await stableNames(join(here.dev, 'serial/by-id'))
  const ports = await Promise.all(names.map((name) => port(join(here.dev, name), stable, here)))
  const none = note(
    'serial ports',
    'no board is plugged in',
    'a board that is plugged in should be here: check that its cable is a data cable',
  )
  const rest = here.platform === 'linux' ? [await group(here), ...(await meddlers(here))] : []
  return [...(ports.length === 0 ? [none] : ports), ...rest.filter((finding) => finding !== null)]
}

async function port(path: string, stable: ReadonlyMap<string, string>, here: World): Promise<DoctorFinding> {
  const about = `port ${path}`
  const name = stable.get(path)
  const may = await access(path, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  )
  if (may) return good(about, name === undefined ? 'can be opened' : `can be opened, also as ${name}`)
  const { gid } = await stat(path)
  const owner = (await groupsOf(here)).find((known) => known.gid === gid)?.name ?? String(gid)
  return wrong(about, `belongs to the group ${owner}, and you may not open it`, joining(owner))
}

const joining = (name: string): string => `sudo usermod -aG ${name} $USER, then log out and in again`

async function group(here: World): Promise<DoctorFinding | null> {
  if (here.uid === 0) return good('udev group', 'root may open every port')
  const known = (await groupsOf(here)).filter(({ name }) => GROUPS.includes(name))
  if (known.length === 0) return null
  const mine = known.find(({ gid }) => here.groups.includes(gid))
  const names = known.map(({ name }) => name)
  return mine === undefined
    ? note('udev group', `you are not in ${names.join(' or ')}, to which serial ports belong`, joining(names[0]!))
    : good('udev group', `you are in ${mine.name}`)
}

async function groupsOf({ etcGroup }: World): Promise<{ readonly name: string; readonly gid: number }[]> {
  const text = await readFile(etcGroup, 'utf8').catch(() => '')
  return text
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 3)
    .map(([name, , gid]) => ({ name: name!, gid: Number(gid) }))
}

async function meddlers({ proc }: World): Promise<DoctorFinding[]> {
  const ids = (await readdir(proc).catch(() => [])).filter((name) => /^\d+$/.test(name))
  const names = await Promise.all(ids.map((id) => readFile(join(proc, id, 'comm'), 'utf8').catch(() => '')))
  const running = new Set(names.map((name) => name.trim()))
  return Object.entries(MEDDLERS)
    .filter(([name]) => running.has(name))
    .map(([name, hint]) => note('udev group', `${name} is running`, hint))
}

/** `/dev/serial/by-id/…`, which stay when boards are plugged in another order, by the port they lead to. */
async function stableNames(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(folder).catch(() => [])
  const pairs = await Promise.all(
    names.map(async (name) => [await realpath(join(folder, name)).catch(() => ''), join(folder, name)] as const),
  )
  return new Map(pairs.filter(([path]) => path !== ''))
}
