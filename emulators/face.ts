// What a package user may import from `mqtt-hil/emulators`: all that an author of a client, of a broker, or of a test of either
// can use. emulators/index.ts has what the harness itself needs besides.

// The calls to the board, and the values of Python.
export {
  type Answer,
  available,
  type BoardCall,
  type CallOutcome,
  closeSocket,
  connectSocket,
  currentThread,
  type Instruction,
  interruptThread,
  isOSError,
  macAddress,
  now,
  openSocket,
  osError,
  osErrorWithoutErrno,
  type Program,
  PyFloat,
  PyTuple,
  PythonError,
  type PyValue,
  poll,
  print,
  pyAssert,
  randomInt,
  read,
  readPin,
  recv,
  resetBoard,
  Signal,
  type SocketHandle,
  send,
  sendWithin,
  setBlocking,
  setTimeoutOf,
  signal,
  sleep,
  socketState,
  spawn,
  spawnLater,
  stopThread,
  type ThreadHandle,
  type TlsRequest,
  tuple,
  waitFor,
  write,
  writePin,
} from './board.ts'
// The broker that is in the harness.
export { SmallBroker } from './broker/broker.ts'
export type { ServerPacket } from './broker/encode.ts'
export type { Copy, Grant, Message } from './broker/message.ts'
export type { Cause, ClientWire, Peer } from './broker/peer.ts'
export type { Rules } from './broker/rules.ts'
export type { Session } from './broker/session.ts'
export type { BrokerSettings } from './broker/settings.ts'
// A client and its kind.
export type {
  ClientEvents,
  ClientHooks,
  ClientKind,
  ClientVersion,
  EmulatedClient,
  Habits,
  LibraryCall,
  MessageProperties,
  OptionMeaning,
  OptionSpec,
  Options,
  Quirk,
  TaskOptions,
  VerbMap,
} from './clients/client.ts'
export { parseOptions } from './clients/client.ts'
export { type ClientName, clients } from './clients/index.ts'
export {
  bind,
  bufferOf,
  len,
  type Parameter,
  printable,
  repr,
  type Signature,
  truthy,
} from './clients/python/python.ts'
export { type Place, Problem, type ProblemDetails } from './core/problem.ts'
export { type Random, seeded } from './core/random.ts'
export {
  after,
  before,
  type Clock,
  type Duration,
  elapsed,
  type Instant,
  inSeconds,
  instant,
  milliseconds,
  realClock,
  scale,
  seconds,
  showDuration,
  type Timer,
  VirtualClock,
} from './core/time.ts'
// Drivers, for a test of a client: real sockets, sockets in memory, a recorded peer.
export type { BoardHost, Ending, PendingCall, RunningBoard, StopHow } from './drive/host.ts'
export { type MemoryConnection, MemoryNetwork, type MemoryOptions } from './drive/memory.ts'
export type { Network, VanishHow, Wire, WireEvents } from './drive/network.ts'
export type { FailingWrite, FeedEntry, ScriptedConnection } from './drive/peer.ts'
export {
  ScriptedBoard,
  type ScriptedEnd,
  type TraceEntry,
  type TraceScript,
  type TraceValue,
} from './drive/scripted.ts'
export { startBoard } from './drive/single-board.ts'
export { tcpNetwork } from './drive/tcp.ts'
export type { FirmwareContext, FirmwareKind, WillRequest } from './firmware/firmware.ts'
export { type FirmwareName, firmware } from './firmware/index.ts'
// Packets.
export { type Decoded, Decoder } from './mqtt/codec.ts'
export { encode, type Sendable } from './mqtt/encode.ts'
export type * from './mqtt/packet.ts'
export type { Properties, PropertyName, UserProperty } from './mqtt/properties.ts'
export { REASON_CODES, type ReasonName } from './mqtt/reasons.ts'
export { matches, type SharedSubscription, sharedSubscription, topicFilterFault, topicNameFault } from './mqtt/topic.ts'
