// What can be claimed. The YAML word, the file and the key here are the same word.

import { call } from './call.ts'
import { device } from './device.ts'
import { exit } from './exit.ts'
import { fleet } from './fleet.ts'
import { frame } from './frame.ts'
import type { AnyMatcher } from './matcher.ts'
import { message } from './message.ts'
import { packet } from './packet.ts'
import { serial } from './serial.ts'
import { signal } from './signal.ts'
import { socket } from './socket.ts'
import { upgrade } from './upgrade.ts'
import { violation } from './violation.ts'

export const matchers = {
  packet,
  message,
  socket,
  call,
  serial,
  signal,
  exit,
  device,
  violation,
  fleet,
  upgrade,
  frame,
} satisfies Record<string, AnyMatcher>
export type MatcherName = keyof typeof matchers

export type { Elements } from '../scenario/index.ts'
export {
  ANY,
  type CallFields,
  compareRaised,
  compareReturned,
  showOutcome,
  showRaised,
} from './call.ts'
export { describe } from './describe.ts'
export { fieldNames, unknownPart } from './field-names.ts'
export { eventFields, fieldAt, packetFields } from './fields.ts'
export { ofAnotherLevel } from './level.ts'
export {
  type AnyMatcher,
  type Impossible,
  type Matcher,
  type ObservableDevice,
  type Surroundings,
  streamOf,
} from './matcher.ts'
export { mayMatch, packetMatch, types as PACKET_WORDS } from './packet.ts'
export { packetDifferences } from './packet-differences.ts'
export { COMMON_FIELDS, FIELDS_OF, impossiblePacket } from './packet-types.ts'
export { type SaveFrom, savedOf, saveFrom } from './saved.ts'
export { showValue, showWanted } from './show-value.ts'
