// Test certificates.

export {
  type Authority,
  CERTIFICATES,
  type CertificateKind,
  SERVER_NAME,
  testAuthority,
} from './authority.ts'
export type { CertificateKeyPair } from './certificate.ts'
