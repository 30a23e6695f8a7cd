// A link as a URL, for programs that are told where their broker is in one word.

import type { Attachment } from '../device.ts'

export function urlOf({ host, port, tls, websocket }: Attachment): string {
  const at = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
  if (websocket === undefined) return `${tls === undefined ? 'mqtt' : 'mqtts'}://${at}`
  return `${tls === undefined ? 'ws' : 'wss'}://${at}${websocket.path}`
}
