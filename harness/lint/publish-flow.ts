// The rules of one party's PUBLISH flows in both directions, over all connections of a session: which ids
// are in use, which packet may follow which, in what order. The same for client and server (section 4.3);
// where the specification has a statement for each, the party chooses. What it cannot know (bytes lost on
// the way, a session older than the record) is never held against anybody.

import type { Acknowledgement, Publish } from '../../emulators/index.ts'
import type { Party, Report } from './finding.ts'

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
  #sent = 0
  /** `order` of the packet that was last sent again on this connection. */
  #resent = -1
  /** Ids for which PUBREC came and PUBREL has not gone, in the order of the PUBRECs of this connection. */
  #recs: number[] = []
  /** Ids that want an acknowledgement, in the order in which they came on this connection. */
  #qos1: number[] = []
  #qos2: number[] = []
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

  /** A new connection of the same session: what was answered or not on the old one does not count for order. */
  resume(): void {
    this.#resent = -1
    this.#recs = []
    this.#qos1 = []
    this.#qos2 = []
  }

  /** `first`: nothing of this session can have been sent before the record began or got lost. */
  sendsPublish(publish: Publish, connection: string, first: boolean): void {
    const { qos, dup, packetId: id } = publish
    if (qos === 0) {
      if (dup) this.#report('MQTT-3.3.1-2', 'a QoS 0 PUBLISH has DUP set')
      return
    }
    if (id === undefined) return
    const before = this.#outgoing.get(id)
    if (before === undefined) this.#newPublish(publish, connection, first)
    else if (sameMessage(before.publish, publish) && (dup || before.connection !== connection))
      this.#again(before, publish, connection)
    else if (dup && before.connection !== connection && this.#party === 'client')
      this.#report('MQTT-4.4.0-1', `PUBLISH ${id} is sent again as another message`)
    else this.#report(this.#idInUse(), `packet id ${id} is that of a message which is not acknowledged yet`)
  }

  #newPublish(publish: Publish, connection: string, first: boolean): void {
    const { dup, qos, packetId } = publish
    if (dup && first) {
      const statement = this.#party === 'server' ? 'MQTT-3.3.1-3' : qos === 1 ? 'MQTT-4.3.2-1' : 'MQTT-4.3.3-1'
      this.#report(statement, `a message that was not sent before has DUP set (packet id ${packetId})`)
    }
    this.#outgoing.set(packetId!, { publish, connection, order: this.#sent++, stage: 'sent' })
  }

  #again(before: Outgoing, publish: Publish, connection: string): void {
    const { packetId: id, dup } = publish
    if (before.stage === 'released') this.#report('MQTT-4.3.3-1', `PUBLISH ${id} again after its PUBREL`)
    if (!dup) this.#report('MQTT-3.3.1-1', `PUBLISH ${id} is sent again without DUP`)
    if (before.connection === connection) return
    if (before.order < this.#resent)
      this.#report('MQTT-4.6.0-1', `PUBLISH ${id} is sent again after one that was first sent later`)
    this.#resent = Math.max(this.#resent, before.order)
  }

  #idInUse(): string {
    return this.#party === 'client' ? 'MQTT-2.3.1-2' : 'MQTT-2.3.1-4'
  }

  sendsAck({ type, packetId: id }: Acknowledgement, isWhole: boolean): void {
    switch (type) {
      case 'puback':
        return this.#answers('PUBACK', id, this.#qos1, this.#qos2, 'MQTT-4.6.0-2', false)
      case 'pubrec':
        return this.#answers('PUBREC', id, this.#qos2, this.#qos1, 'MQTT-4.6.0-3', !isWhole && this.#incoming2.has(id))
      case 'pubrel':
        return this.#release(id, isWhole)
      case 'pubcomp':
        if (isWhole && this.#incoming2.get(id) !== 'released')
          this.#report('MQTT-2.3.1-6', `PUBCOMP ${id}, and there was no PUBREL ${id}`)
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

  #release(id: number, isWhole: boolean): void {
    const flow = this.#outgoing.get(id)
    const k = this.#recs.indexOf(id)
    if (k >= 0) {
      this.#recs.splice(k, 1)
      if (k > 0 && this.#party === 'client')
        this.#report(
          'MQTT-4.6.0-4',
          `PUBREL ${id} overtakes that of packet id ${this.#recs[0]}, whose PUBREC came first`,
        )
    } else if (isWhole && flow?.stage === 'sent')
      this.#report('MQTT-4.3.3-1', `PUBREL ${id} before there was a PUBREC ${id}`)
    if (flow !== undefined) flow.stage = 'released'
  }

  receivesPublish({ qos, packetId: id }: Publish): void {
    if (id === undefined) return
    if (qos === 1) this.#qos1.push(id)
    if (qos === 2) {
      this.#qos2.push(id)
      if (!this.#incoming2.has(id)) this.#incoming2.set(id, 'published')
    }
  }

  receivesAck({ type, packetId: id }: Acknowledgement): void {
    const flow = this.#outgoing.get(id)
    switch (type) {
      case 'puback':
        if (flow?.publish.qos === 1) this.#outgoing.delete(id)
        return
      case 'pubrec':
        this.#recs.push(id)
        if (flow?.stage === 'sent') flow.stage = 'received'
        return
      case 'pubrel':
        this.#incoming2.set(id, 'released')
        return
      case 'pubcomp':
        this.#outgoing.delete(id)
    }
  }
}

const sameMessage = (a: Publish, b: Publish): boolean =>
  a.topic === b.topic && a.qos === b.qos && Buffer.compare(a.payload, b.payload) === 0
