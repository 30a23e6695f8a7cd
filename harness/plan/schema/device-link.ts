// `link:` of a device.

import { isIP } from 'node:net'
import { z } from 'zod'
import { duration, text, word } from '../../scenario/index.ts'
import { CERTIFICATES } from '../../tls/index.ts'

const A_PORT = 'a port from 1 to 65535'
const port = word<number, number>(
  { what: 'a port', describe: A_PORT, schema: { type: 'integer', minimum: 1, maximum: 65535 } },
  (input) =>
    typeof input === 'number' && Number.isInteger(input) && input >= 1 && input <= 65535
      ? { value: input }
      : { wrong: { message: `expected ${A_PORT}` } },
)

const AN_ADDRESS = 'an IP address'
const address = word<string, string>(
  { what: 'an IP address', describe: AN_ADDRESS, schema: { type: 'string' } },
  (input) =>
    typeof input === 'string' && isIP(input) !== 0
      ? { value: input }
      : { wrong: { message: `expected ${AN_ADDRESS}` } },
)

const tls = z
  .strictObject({
    certificate: z
      .enum(CERTIFICATES)
      .optional()
      .describe('what the link shows; the others are wrong in one way each; default: valid'),
    mutual: z.boolean().optional().describe('the device must also show a certificate, and gets one; default: false'),
    cert: text().optional().describe('PEM file of a certificate that the link shows in place of one of the harness'),
    key: text().optional().describe('PEM file of its key'),
    ca: text().optional().describe('PEM file of the authority that the device is given; default: cert'),
    alpn: z
      .array(text())
      .min(1)
      .optional()
      .describe('protocols by ALPN; a device that offers others is refused, one that offers none is not'),
  })
  .superRefine(({ certificate, cert, key, ca }, ctx) => {
    const wrong =
      (cert === undefined) !== (key === undefined)
        ? 'cert: and key: go together'
        : cert === undefined && ca !== undefined
          ? 'ca: goes with cert: and key:'
          : cert !== undefined && certificate !== undefined
            ? 'certificate: is for certificates of the harness, and does not go with cert:'
            : null
    if (wrong !== null)
      ctx.addIssue({ code: 'custom', message: wrong, params: { diagnostic: 'scenario/link-certificate' } })
  })

export const deviceLink = z.strictObject({
  port: port
    .optional()
    .describe('where the link listens, for firmware with a compiled-in broker; default: a free port'),
  host: address
    .optional()
    .describe(
      'the address of this machine where it listens, 0.0.0.0 for all; default: 127.0.0.1, for a real board the one in its network',
    ),
  from: z
    .union([z.literal('any'), z.array(address).min(1)])
    .optional()
    .describe(
      'the addresses that may connect, besides this machine; others are refused; any: all of them; default: all, with a warning where other machines reach the link',
    ),
  latency: z
    .union([
      duration(),
      z.strictObject({
        up: duration().optional().describe('from the device to the broker; default: none'),
        down: duration().optional().describe('to the device; default: none'),
      }),
    ])
    .optional()
    .describe('how long whatever passes is on its way, in each direction; default: none'),
  tls: z.union([z.boolean(), tls]).optional().describe('the device reaches its link by TLS; default: false'),
  websocket: z
    .boolean()
    .optional()
    .describe('the device speaks MQTT over WebSocket, on the whole way to the broker; default: false'),
})
