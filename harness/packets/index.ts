// Packets as scenarios write them: the words, and what becomes of them on the wire. The words are those of the
// `packet` matcher; what was received is matched in harness/expect.

export { encodePacket, FIXED_FLAGS } from './encode.ts'
export {
  type FieldName,
  fieldsOf,
  foreignFields,
  type PacketChanges,
  type PacketFields,
  packetChanges,
  packetFields,
  SENT_TYPES,
  type SentType,
} from './fields.ts'
export { properties, type SentProperties } from './properties.ts'
export { notAReason, reasonCode, reasonNamed } from './reason.ts'
export { fieldsFrom, headerSize, type Rewritten, rewritePacket } from './rewrite.ts'
export { binaryField, hexBytes, payloadField, stringField } from './words.ts'
