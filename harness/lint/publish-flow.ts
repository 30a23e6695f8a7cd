// The rules of one party's PUBLISH flows in both directions, over all connections of a session: which ids
// are in use, which packet may follow which, in what order. The same for client and server (section 4.3);
// where the specification has a statement for each, the party chooses. What it cannot know (bytes lost on
// the way, a session older than the record) is never held against anybody.

import { type Acknowledgement, FIRST_ERROR, type Publish } from '../../emulators/index.ts'
import type { Party, Report } from './finding.ts'
import type { Pending } from './pending.ts'
import { MQTT311, type Statements } from './statements.ts'

/** The connection on which a packet goes or comes. */
export interface FlowConnection {
  readonly name: string
  readonly pending: Pending
}

interface Outgoing {
  readonly publish: Publish
  readonly connection: string
  readonly order: number
  /** `received`: PUBREC has come. `released`: PUBREL has gone. */
  stage: 'sent' | 'received' | 'released'
}

export class PublishFlow {
  readonly #party: Party
  readonly #report: Report
  readonly #say: Statements
  readonly #outgoing = new Map<number, Outgoing>()
  /** The latest message of each id that was acknowledged in full, and on which connection it had been sent. */
  readonly #finished = new Map<number, Outgoing>()
  #sent = 0
  /** QoS 2 ids of the session that are not completed. */
  readonly #incoming2 = new Map<number, 'published' | 'released'>()

  constructor(party: Party, report: Report, statements: Statements = MQTT311) {
    this.#party = party
    this.#report = report
    this.#say = statements
  }

  /** Whether an id is that of a PUBLISH which is not yet acknowledged. */
  uses(id: number): boolean {
    return this.#outgoing.has(id)
  }

  /** The other party does not know the session any more: what was sent on other connections may be dropped or sent again. Gives their ids. */
  doubt(connection: string): readonly number[] {
    const ids = [...this.#outgoing].flatMap(([id, flow]) => (flow.connection === connection ? [] : [id]))
    for (const id of ids) this.#outgoing.delete(id)
    return ids
  }

  /** `whole`: nothing of this session can have been sent before the record began or got lost. */
  sendsPublish(publish: Publish, on: FlowConnection, whole: boolean): void {
    const { qos, dup, packetId: id } = publish
    if (qos === 0) {
      if (dup) this.#report(this.#say.qos0Dup, 'a QoS 0 PUBLISH has DUP set')
      return
    }
    if (id === undefined) return
    const before = this.#outgoing.get(id)
    if (before === undefined) this.#newPublish(publish, id, on, whole)
    else if (sameMessage(before.publish, publish) && (dup || before.connection !== on.name))
      this.#again(before, publish, id, on)
    else if (dup && before.connection !== on.name && this.#party === 'client')
      this.#report(this.#say.againOther, `PUBLISH ${id} is sent again as another message`)
    else this.#report(this.#idInUse(), `packet id ${id} is that of a message which is not acknowledged yet`)
  }

  #newPublish(publish: Publish, id: number, on: FlowConnection, whole: boolean): void {
    const { dup, qos } = publish
    const finished = this.#finished.get(id)
    // It may have been sent again before the acknowledgement was read.
    const crossed = finished !== undefined && sameMessage(finished.publish, publish)
    if (dup && whole && !crossed) {
      const { serverDup, dupQos1, dupQos2 } = this.#say
      const statement = this.#party === 'server' ? serverDup : qos === 1 ? dupQos1 : dupQos2
      this.#report(statement, `a message that was not sent before has DUP set (packet id ${id})`)
    }
    this.#outgoing.set(id, { publish, connection: on.name, order: this.#sent++, stage: 'sent' })
  }

  #again(before: Outgoing, { dup }: Publish, id: number, { name, pending }: FlowConnection): void {
    if (before.stage === 'released') this.#report(this.#say.afterPubrel, `PUBLISH ${id} again after its PUBREL`)
    if (before.connection === name && this.#say.againAlive !== null)
      this.#report(this.#say.againAlive, `PUBLISH ${id} is sent again on the same connection`)
    if (!dup) this.#report(this.#say.againWithoutDup, `PUBLISH ${id} is sent again without DUP`)
    if (before.connection === name || pending.again.has(id)) return
    pending.again.add(id)
    if (before.order < pending.lastAgain)
      this.#report(this.#say.againOrder, `PUBLISH ${id} is sent again after one that was first sent later`)
    pending.lastAgain = Math.max(pending.lastAgain, before.order)
  }

  #idInUse(): string {
    return this.#party === 'client' ? this.#say.clientId : this.#say.serverId
  }

  sendsAck({ type, packetId: id, reasonCode = 0 }: Acknowledgement, { pending }: FlowConnection, whole: boolean): void {
    switch (type) {
      case 'puback':
        return this.#answers('PUBACK', id, pending.qos1, pending.qos2, this.#say.pubackOrder, false)
      case 'pubrec':
        return this.#answers(
          'PUBREC',
          id,
          pending.qos2,
          pending.qos1,
          this.#say.pubrecOrder,
          !whole && this.#incoming2.has(id),
          () => reasonCode >= FIRST_ERROR && this.#incoming2.delete(id),
        )
      case 'pubrel':
        return this.#release(id, pending.recs, whole)
      case 'pubcomp':
        if (whole && this.#incoming2.get(id) !== 'released')
          this.#report(this.#say.unasked, `PUBCOMP ${id} without a PUBREL ${id}`)
        this.#incoming2.delete(id)
    }
  }

  /** `again`: it may be repeated after a reconnect. */
  #answers(
    name: string,
    id: number,
    queue: number[],
    other: number[],
    order: string,
    again: boolean,
    done: () => unknown = () => {},
  ): void {
    const k = queue.indexOf(id)
    if (k >= 0) {
      queue.splice(k, 1)
      if (k > 0 && this.#party === 'client')
        this.#report(order, `${name} ${id} overtakes that of packet id ${queue[0]}, which came first`)
    } else if (other.includes(id)) this.#report(this.#say.otherQos, `${name} ${id} answers a PUBLISH of another QoS`)
    else if (!again) this.#report(this.#say.unasked, `${name} ${id}, and no PUBLISH ${id} waits for one`)
    done()
  }

  #release(id: number, recs: number[], whole: boolean): void {
    const flow = this.#outgoing.get(id)
    const k = recs.indexOf(id)
    if (k >= 0) {
      recs.splice(k, 1)
      if (k > 0 && this.#party === 'client')
        this.#report(
          this.#say.pubrelOrder,
          `PUBREL ${id} overtakes that of packet id ${recs[0]}, whose PUBREC came first`,
        )
    } else if (whole && (flow === undefined ? this.#finished.get(id)?.publish.qos !== 2 : flow.stage === 'sent'))
      this.#report(this.#say.pubrelTooEarly, `PUBREL ${id} before there was a PUBREC ${id}`)
    if (flow !== undefined) flow.stage = 'released'
  }

  receivesPublish({ qos, packetId: id }: Publish): void {
    if (id !== undefined && qos === 2 && !this.#incoming2.has(id)) this.#incoming2.set(id, 'published')
  }

  receivesAck({ type, packetId: id, reasonCode = 0 }: Acknowledgement): void {
    const flow = this.#outgoing.get(id)
    switch (type) {
      case 'puback':
        if (flow?.publish.qos === 1) this.#finish(id, flow)
        return
      case 'pubrec':
        // With a reason code of failure it is over: no PUBREL, and the id is free [MQTT 5.0, 4.3.3].
        if (flow !== undefined && reasonCode >= FIRST_ERROR) this.#finish(id, flow)
        else if (flow?.stage === 'sent') flow.stage = 'received'
        return
      case 'pubrel':
        this.#incoming2.set(id, 'released')
        return
      case 'pubcomp':
        if (flow !== undefined) this.#finish(id, flow)
    }
  }

  #finish(id: number, flow: Outgoing): void {
    this.#outgoing.delete(id)
    this.#finished.set(id, flow)
  }
}

/** What a PUBLISH or PUBREC that comes asks of this connection. */
export function isAsked(packet: Publish | Acknowledgement, { qos1, qos2, recs }: Pending): void {
  const { packetId: id } = packet
  if (id === undefined) return
  if (packet.type === 'pubrec' && (packet.reasonCode ?? 0) >= FIRST_ERROR) return
  if (packet.type === 'pubrec') recs.push(id)
  else if (packet.type === 'publish' && packet.qos === 1) qos1.push(id)
  else if (packet.type === 'publish' && packet.qos === 2) qos2.push(id)
}

const sameMessage = (a: Publish, b: Publish): boolean =>
  a.topic === b.topic && a.qos === b.qos && Buffer.compare(a.payload, b.payload) === 0
