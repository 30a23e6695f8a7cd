// The rules of one party's PUBLISH flows in both directions, over all connections of a session: which ids
// are in use, which packet may follow which, in what order. The same for client and server (section 4.3);
// where the specification has a statement for each, the party chooses. What it cannot know (bytes lost on
// the way, a session older than the record) is never held against anybody.

import type { Acknowledgement, Publish } from '../../emulators/index.ts'
import type { Party, Report } from './finding.ts'
import type { Pending } from './pending.ts'

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
  readonly #outgoing = new Map<number, Outgoing>()
  /** The latest message of each id that was acknowledged in full, and on which connection it had been sent. */
  readonly #finished = new Map<number, Outgoing>()
  #sent = 0
  /** QoS 2 ids of the session that are not completed. */
  readonly #incoming2 = new Map<number, 'published' | 'released'>()

  constructor(party: Party, report: Report) {
    this.#party = party
    this.#report = report
  }

  /** Whether an id is that of a PUBLISH which is not yet acknowledged. */
  uses(id: number): boolean {
    return this.#outgoing.has(id)
  }

  /** The other party does not know the session any more: what was sent on other connections may be dropped or sent again. */
  doubt(connection: string): void {
    for (const [id, flow] of this.#outgoing) if (flow.connection !== connection) this.#outgoing.delete(id)
  }

  /** `whole`: nothing of this session can have been sent before the record began or got lost. */
  sendsPublish(publish: Publish, on: FlowConnection, whole: boolean): void {
    const { qos, dup, packetId: id } = publish
    if (qos === 0) {
      if (dup) this.#report('MQTT-3.3.1-2', 'a QoS 0 PUBLISH has DUP set')
      return
    }
    if (id === undefined) return
    const before = this.#outgoing.get(id)
    if (before === undefined) this.#newPublish(publish, id, on, whole)
    else if (sameMessage(before.publish, publish) && (dup || before.connection !== on.name))
      this.#again(before, publish, id, on)
    else if (dup && before.connection !== on.name && this.#party === 'client')
      this.#report('MQTT-4.4.0-1', `PUBLISH ${id} is sent again as another message`)
    else this.#report(this.#idInUse(), `packet id ${id} is that of a message which is not acknowledged yet`)
  }

  #newPublish(publish: Publish, id: number, on: FlowConnection, whole: boolean): void {
    const { dup, qos } = publish
    const finished = this.#finished.get(id)
    // It may have been sent again before the acknowledgement was read.
    const crossed = finished !== undefined && sameMessage(finished.publish, publish)
    if (dup && whole && !crossed) {
      const statement = this.#party === 'server' ? 'MQTT-3.3.1-3' : qos === 1 ? 'MQTT-4.3.2-1' : 'MQTT-4.3.3-1'
      this.#report(statement, `a message that was not sent before has DUP set (packet id ${id})`)
    }
    this.#outgoing.set(id, { publish, connection: on.name, order: this.#sent++, stage: 'sent' })
  }

  #again(before: Outgoing, { dup }: Publish, id: number, { name, pending }: FlowConnection): void {
    if (before.stage === 'released') this.#report('MQTT-4.3.3-1', `PUBLISH ${id} again after its PUBREL`)
    if (!dup) this.#report('MQTT-3.3.1-1', `PUBLISH ${id} is sent again without DUP`)
    if (before.connection === name || pending.again.has(id)) return
    pending.again.add(id)
    if (before.order < pending.lastAgain)
      this.#report('MQTT-4.6.0-1', `PUBLISH ${id} is sent again after one that was first sent later`)
    pending.lastAgain = Math.max(pending.lastAgain, before.order)
  }

  #idInUse(): string {
    return this.#party === 'client' ? 'MQTT-2.3.1-2' : 'MQTT-2.3.1-4'
  }

  sendsAck({ type, packetId: id }: Acknowledgement, { pending }: FlowConnection, whole: boolean): void {
    switch (type) {
      case 'puback':
        return this.#answers('PUBACK', id, pending.qos1, pending.qos2, 'MQTT-4.6.0-2', false)
      case 'pubrec':
        return this.#answers(
          'PUBREC',
          id,
          pending.qos2,
          pending.qos1,
          'MQTT-4.6.0-3',
          !whole && this.#incoming2.has(id),
        )
      case 'pubrel':
        return this.#release(id, pending.recs, whole)
      case 'pubcomp':
        if (whole && this.#incoming2.get(id) !== 'released')
          this.#report('MQTT-2.3.1-6', `PUBCOMP ${id} without a PUBREL ${id}`)
        this.#incoming2.delete(id)
    }
  }

  /** `again`: it may be repeated after a reconnect. */
  #answers(name: string, id: number, queue: number[], other: number[], order: string, again: boolean): void {
    const k = queue.indexOf(id)
    if (k >= 0) {
      queue.splice(k, 1)
      if (k > 0 && this.#party === 'client')
        this.#report(order, `${name} ${id} overtakes that of packet id ${queue[0]}, which came first`)
    } else if (other.includes(id)) this.#report('MQTT-3.3.4-1', `${name} ${id} answers a PUBLISH of another QoS`)
    else if (!again) this.#report('MQTT-2.3.1-6', `${name} ${id}, and no PUBLISH ${id} waits for one`)
  }

  #release(id: number, recs: number[], whole: boolean): void {
    const flow = this.#outgoing.get(id)
    const k = recs.indexOf(id)
    if (k >= 0) {
      recs.splice(k, 1)
      if (k > 0 && this.#party === 'client')
        this.#report('MQTT-4.6.0-4', `PUBREL ${id} overtakes that of packet id ${recs[0]}, whose PUBREC came first`)
    } else if (whole && (flow === undefined ? this.#finished.get(id)?.publish.qos !== 2 : flow.stage === 'sent'))
      this.#report('MQTT-4.3.3-1', `PUBREL ${id} before there was a PUBREC ${id}`)
    if (flow !== undefined) flow.stage = 'released'
  }

  receivesPublish({ qos, packetId: id }: Publish): void {
    if (id !== undefined && qos === 2 && !this.#incoming2.has(id)) this.#incoming2.set(id, 'published')
  }

  receivesAck({ type, packetId: id }: Acknowledgement): void {
    const flow = this.#outgoing.get(id)
    switch (type) {
      case 'puback':
        if (flow?.publish.qos === 1) this.#finish(id, flow)
        return
      case 'pubrec':
        if (flow?.stage === 'sent') flow.stage = 'received'
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
  if (packet.type === 'pubrec') recs.push(id)
  else if (packet.type === 'publish' && packet.qos === 1) qos1.push(id)
  else if (packet.type === 'publish' && packet.qos === 2) qos2.push(id)
}

const sameMessage = (a: Publish, b: Publish): boolean =>
  a.topic === b.topic && a.qos === b.qos && Buffer.compare(a.payload, b.payload) === 0
