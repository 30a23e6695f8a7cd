// The face of the link: a device's own proxied connection to the broker.

export {
  type AnyDisturbance,
  type Disturbance,
  type DisturbanceName,
  disturbances,
} from './disturbances/index.ts'
export type { FlowLimits } from './flow.ts'
export { DEFAULT_LINK_LIMITS, openLink } from './link.ts'
export { claimPort, isFree, listen, type PortClaim } from './ports.ts'
export type { RuleSettings } from './rule.ts'
export {
  type DownMode,
  type FrameKind,
  type InjectOptions,
  isUp,
  type Link,
  type LinkEnd,
  type LinkSettings,
  type LinkState,
  type LinkTls,
  type Upstream,
  type VanishMode,
} from './state.ts'
