// What `expect` has more of, as types: by what is in its brackets.

import type { Broker } from '../brokers/index.ts'
import type { Linked } from './device.ts'
import type { FoundEvent, FoundMessage } from './found.ts'
import type { TestObserver, TestTimeline } from './session-of.ts'
import type {
  Claimed,
  ClaimWindow,
  DurationText,
  MatchOf,
  MessageMatch,
  PacketType,
  Terms,
  ViolationMatch,
} from './words.ts'

type Sends = <T extends PacketType = PacketType>(type?: T, match?: MatchOf<T>, terms?: Terms) => Promise<FoundEvent>

/**
 * What `expect` has more of, by what is in its brackets. Each resolves to the event that decided it, with `.text`, `.json()` and
 * `.payload`; with `.not` to undefined. With `.not` say `within`: how long it must not
 * come.
 */
export interface HilMatchers<T> {
  /** The device has sent such a packet, or does so soon. */
  toHaveSent: T extends Linked ? Sends : never
  /** The device has received such a packet; the observer such a message from the broker. */
  toHaveReceived: T extends Linked
    ? Sends
    : T extends TestObserver
      ? (message?: MessageMatch, terms?: Terms) => Promise<FoundMessage>
      : never
  /**
   * A PUBLISH above QoS 0 was acknowledged to its end, with PUBACK or PUBCOMP of its packet id: by the device, or by the
   * broker to a device. `within` is measured from the PUBLISH.
   */
  toHaveAcked: T extends Linked
    ? (publish?: MatchOf<'publish'>, terms?: Pick<ClaimWindow, 'within' | 'after'>) => Promise<FoundEvent>
    : T extends Broker
      ? (
          device: Linked,
          publish?: MatchOf<'publish'>,
          terms?: Pick<ClaimWindow, 'within' | 'after'>,
        ) => Promise<FoundEvent>
      : never
  /** These came in this order; others may lie between them. */
  toContainSequence: T extends TestTimeline
    ? (sequence: readonly Claimed[], terms?: ClaimWindow) => Promise<FoundEvent>
    : never
  /** From now on the device sends nothing (of that type, with those fields) duration. */
  toStaySilent: T extends Linked
    ? <S extends PacketType = PacketType>(silence: {
        readonly for: DurationText
        readonly type?: S
        readonly match?: MatchOf<S>
      }) => Promise<void>
    : never
  /** A packet on any link breaks a statement of MQTT 3.1.1. */
  toHaveViolations: T extends TestTimeline ? (violation?: ViolationMatch, terms?: Terms) => Promise<FoundEvent> : never
  /** None has so far, nor does one within so long from now; default: 100ms, for what is under way. */
  toHaveNoViolations: T extends TestTimeline
    ? (violation?: ViolationMatch, terms?: Pick<ClaimWindow, 'within' | 'after'>) => Promise<void>
    : never
}
