// Test certificates.

export {
  type Authority,
  CERTIFICATES,
  type CertificateKind,
  type Identity,
  SERVER_NAME,
  testAuthority,
} from './authority.ts'
