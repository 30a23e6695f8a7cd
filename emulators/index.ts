// The face of the emulators for the house: what other rooms may use. What a package user may is in face.ts.

export { yieldingAll } from './at-once.ts'
export * from './board.ts'
export { SmallBroker } from './broker/broker.ts'
export type { ServerPacket } from './broker/encode.ts'
export type { Copy, Grant } from './broker/message.ts'
export type { Peer } from './broker/peer.ts'
export type { Rules } from './broker/rules.ts'
export type { Session } from './broker/session.ts'
export type { BrokerSettings } from './broker/settings.ts'
export type * from './clients/client.ts'
export { clientAt, versionNamed } from './clients/client.ts'
export { type ClientName, clients } from './clients/index.ts'
export type * from './clients/mqtt5.ts'
export { bind, printable, repr } from './clients/python/python.ts'
export * from './core/optional-package.ts'
export * from './core/problem.ts'
export * from './core/random.ts'
export { derive, register, unregister } from './core/registry.ts'
export * from './core/time.ts'
export { PORTS_AN_ADDRESS, Sources } from './drive/fleet/address-pool.ts'
export { FleetDevice } from './drive/fleet/device.ts'
export { Fleet } from './drive/fleet/fleet.ts'
export type { FleetHost } from './drive/fleet/host.ts'
export { monotonic } from './drive/fleet/waker.ts'
export type * from './drive/host.ts'
export type * from './drive/network.ts'
export * from './drive/scripted.ts'
export { startBoard } from './drive/single-board.ts'
export { networkTrusting, promptNetworkTrusting, tcpNetwork } from './drive/tcp.ts'
export type { Trust } from './drive/tls.ts'
export type { Backoff } from './firmware/backoff.ts'
export type { FirmwareKind, WillRequest } from './firmware/firmware.ts'
export { fleetDevice } from './firmware/fleet-device.ts'
export type { FleetRole } from './firmware/fleet-role.ts'
export { type FirmwareName, firmware } from './firmware/index.ts'
export { errnoName } from './micropython/errno.ts'
export { literal } from './micropython/literal.ts'
export { openPty, type Pty } from './micropython/pty.ts'
export { startVirtualBoard, type VirtualBoard, type VirtualBoardHost } from './micropython/virtual.ts'
export type { WifiSettings } from './micropython/wifi.ts'
export * from './mqtt/codec.ts'
export { broken, Dialect, typeOf } from './mqtt/decode.ts'
export * from './mqtt/encode.ts'
export * from './mqtt/packet.ts'
export {
  NO_PROPERTIES,
  onlyValue,
  PROPERTIES,
  type Properties,
  type PropertyHolder,
  type PropertyKind,
  type PropertyName,
  type UserProperty,
} from './mqtt/properties.ts'
export * from './mqtt/reasons.ts'
export * from './mqtt/topic.ts'
