// What a scenario can run on. The word after `use:` is the key here.

import { clients } from '../../emulators/index.ts'
import { board } from './board/board.ts'
import { micropython } from './board/micropython.ts'
import { emulatedKind } from './emulated/kind.ts'
import type { AnyDeviceKind } from './kind.ts'
import { mqttjs } from './mqttjs/kind.ts'
import { processKind } from './process/kind.ts'
import { raw } from './raw/kind.ts'
import { replay } from './replay/kind.ts'

export const deviceKinds: Readonly<Record<string, AnyDeviceKind>> = {
  ...Object.fromEntries(Object.values(clients).map((client) => [client.name, emulatedKind(client)])),
  micropython,
  board,
  process: processKind,
  raw,
  mqttjs,
  replay,
}

/** The kind of a device that does nothing by itself: what a record calls a link with a program of somebody's own. */
export const IDLE_KIND = raw.name

export { linkHost, lockNames } from './board/board.ts'
export type { BoardFiles } from './board/board-files.ts'
export { filesOf } from './board/files.ts'
export { boardLabels, findPort, mapFile, readMap, updateMap } from './board/hardware-map.ts'
export { type BoardHealth, type Finding, healthOf, reachOf } from './board/health.ts'
export { type Holder, showHolder } from './board/lock/directory.ts'
export { boardsChange, holderOf, keepBoard, lockBoard, releaseBoard } from './board/lock/lock.ts'
export { listPorts, type PortInfo } from './board/ports.ts'
export { type Quarantined, quarantineOf, showQuarantined, WITH_QUARANTINED } from './board/quarantine.ts'
export { type SharedPort, sharePort } from './board/remote/server.ts'
export { type BoardIdentity, BoardSession, boardNamed, identify } from './board/session.ts'
export { Lines } from './console/lines.ts'
export { eolWord } from './console/settings.ts'
export { type Contract, contractShape } from './contract-shape.ts'
export type { Attachment, Device, FrameForm, GeneralCall, Provisions, TlsFiles } from './device.ts'
export { emulatedDevice } from './emulated/device.ts'
export { emulatedKind } from './emulated/kind.ts'
export { type DeviceKey, type DeviceWords, deviceKeys, filesShape, signal, type WillSettings, will } from './keys.ts'
export type { AnyDeviceKind, BindingWord, DeviceContext, DeviceKind, MethodNames } from './kind.ts'
export { type DeviceOption, FROM_THE_LINK, optionsOf } from './options.ts'
export { ownKind } from './own/kind.ts'
export type { OwnCall, OwnContext, OwnDevice, OwnProgram } from './own/program.ts'
export { processDevice } from './process/device.ts'
export { MQTT5, protocolName, protocolWord } from './protocol.ts'
export { pythonValue } from './python-value.ts'
export type { Cut, Split } from './raw/segments.ts'
export { ANSWER_LIMIT as REPLAY_PATIENCE } from './replay/replayer.ts'
export { type Act, type ReplayScript, scriptOf } from './replay/script.ts'
export { type SignalWiring, wiringOf } from './signals.ts'
export { knownVersions } from './version.ts'
export { wifiAccess } from './wifi.ts'
export type { LinkFacts, Written } from './written.ts'
