// The arguments that every client call shares.

import { z } from 'zod'
import { properties } from '../packets/index.ts'
import { duration, identifier, raisedMatcher, valueMatcher } from '../scenario/index.ts'

export const calling = {
  device: identifier().describe('the device that makes the call'),
  within: duration().optional().describe("how long it may take; default: the scenario's timeout"),
  returns: valueMatcher().optional().describe('what it must return; default: anything'),
  raises: raisedMatcher.optional().describe('the exception that must leave it'),
  start: z.boolean().optional().describe('let it run on while the steps go on; default: false'),
}

/** What a call says in MQTT 5. */
export const said5 = {
  properties: properties.optional().describe('MQTT 5: properties by their names, in the order in which they are sent'),
}

export interface Calling {
  readonly device: string
  readonly within?: number | undefined
  readonly returns?: unknown
  readonly raises?: z.output<typeof raisedMatcher> | undefined
  readonly start?: boolean | undefined
}
