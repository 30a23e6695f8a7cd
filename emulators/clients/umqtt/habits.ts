// What people ask of the umqtt family first.

import type { Habits } from '../client.ts'

export const SIMPLE_HABITS: Habits = {
  pings: 'nobody; a program calls ping to stay (Q1)',
  deadLink: 'never by a read, which waits for ever (Q3); at a write, once the kernel gives up',
  comesBack: 'not at all: an OSError leaves the call, and the program connects again',
  sendsAgain: 'nothing',
  loses: 'QoS 0 into a dead connection (Q11); what the broker had for it when the session was clean',
}

export const ROBUST_HABITS: Habits = {
  pings: 'nobody (Q1): an idle subscriber is dropped at 1.5 times its keep alive, and its will fires (R10)',
  deadLink: 'as umqtt.simple: check_msg and publish notice when the kernel does',
  comesBack:
    'inside of the call, every 2 s for ever, on OSError alone (R2); clean session off, nothing subscribed again (R1)',
  sendsAgain: 'a QoS 1 publish that broke while it was written, with a new id (R4)',
  loses: 'its subscriptions, at a broker that kept no session (R1); QoS 0 into a dead connection (R7)',
}
