// The face of the link: a device's own proxied connection to the broker.

export { openLink } from './link.ts'
export { claimPort, isFree, listen, type PortClaim } from './ports.ts'
export { type DownMode, isUp, type Link, type LinkSettings, type LinkState, type VanishMode } from './state.ts'
