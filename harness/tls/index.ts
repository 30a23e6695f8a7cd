// Test certificates.

export {
  type Authority,
  CERTIFICATES,
  type CertificateKeyPair,
  type CertificateKind,
  SERVER_NAME,
  testAuthority,
} from './authority.ts'
