// TCP to a device's link. A blackholed link swallows a connection attempt until it is up, as lost SYNs
// would be; and a device that vanishes is told of to its link first, so that the kernel's FIN is not seen.

import { type Network, networkTrusting, type Trust } from '../../../emulators/index.ts'
import type { Recorder } from '../../evidence/index.ts'
import type { Attachment } from '../device.ts'

/** An attempt that nobody answered, or that was refused; only the device hears of it. */
export function recordRefusal(recorder: Recorder, device: string, errno: string): void {
  recorder.record({ kind: 'socket', device, change: errno === 'ETIMEDOUT' ? 'timeout' : 'refused', by: 'link' })
}

type Wire = ReturnType<Network['connect']>

export function linkedNetwork(attachment: Attachment, make: (trust: Trust) => Network = networkTrusting): Network {
  const network = make(attachment.tls?.trust ?? {})
  return {
    connect(named, port, tls, events) {
      const host = named === attachment.host ? (attachment.address ?? named) : named
      const admitted = attachment.admits()
      if (admitted === 'now') return watched(network.connect(host, port, tls, events))
      let wire: Wire | null = null
      let given = false
      void admitted.then(() => {
        if (!given) wire = watched(network.connect(host, port, tls, events))
      })
      const giveUp = (): void => {
        given = true
        wire?.destroy()
      }
      return {
        write: (bytes, done) => (wire === null ? done('ENOTCONN') : wire.write(bytes, done)),
        secure: (tls, done) => (wire?.secure === undefined ? done('ENOTCONN') : wire.secure(tls, done)),
        queued: () => wire?.queued() ?? 0,
        finish: () => (wire === null ? giveUp() : wire.finish?.()),
        abort: () => (wire === null ? giveUp() : wire.abort?.()),
        destroy: giveUp,
        vanish: (how) => (wire === null ? giveUp() : wire.vanish(how)),
        get localPort() {
          return wire?.localPort
        },
      }
    },
  }

  function watched(wire: Wire): Wire {
    return {
      write: (bytes, done) => wire.write(bytes, done),
      ...(wire.secure === undefined ? {} : { secure: wire.secure.bind(wire) }),
      queued: () => wire.queued(),
      finish: () => wire.finish?.(),
      abort: () => wire.abort?.(),
      destroy: () => wire.destroy(),
      vanish(how) {
        if (wire.localPort !== undefined) attachment.vanish(wire.localPort, how)
        wire.vanish(how)
      },
      get localPort() {
        return wire.localPort
      },
    }
  }
}
