// WebSocket as bytes: what links watch, and what raw devices send.

export { closeCode, type Frame, FrameDecoder, frameBytes, isControl, OPCODES, type Opcode } from './frame.ts'
export {
  type Head,
  HeadReader,
  headBytes,
  newKey,
  pathOf,
  refusal,
  statusOf,
  subprotocolsOf,
  upgradeRequest,
  withHeader,
} from './handshake.ts'
