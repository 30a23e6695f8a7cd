// URLs as they may be shown: in messages, hints, reports and records.

/**
 * The URL without user, password and query, also when it is mistyped so that nothing can parse it: all between the
 * scheme and the last `@` may be a password.
 */
export function withoutCredentials(url: string): string {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*:\/*)?(.*)$/is.exec(url) ?? []
  const at = rest.lastIndexOf('@')
  const place = at < 0 ? rest : rest.slice(at + 1)
  const query = place.search(/[?#]/)
  return scheme + (query < 0 ? place : place.slice(0, query))
}

/** URLs with credentials in text of any kind: `scheme://…@`, also with a character of `://` forgotten. */
const WITHIN =
  /\b([a-z][a-z0-9+.-]{1,20}(?::\/{1,3}|\/\/))[^\s/@"'<>]{0,512}@(?:[^\s/@"'<>]{0,512}@)*([^\s?#"'<>]{0,512})(?:[?#][^\s"'<>]{0,2048})?/gi

/** A URL with a password in it, as `WITHIN` finds one. */
export const hasUrlPassword = (text: string): boolean =>
  /^[a-z][a-z0-9+.-]{1,20}(?::\/{1,3}|\/\/)[^\s/@:]*:[^\s@]+@/i.test(text)

/** Text in which no URL has credentials: for what others say, such as the message of a library. */
export const withoutUrlCredentials = (text: string): string => text.replace(WITHIN, '$1$2')

/** `USER:PASSWORD@HOST` of which the scheme was left out; `(` ends none, so that no expression is one. */
const LOGIN = /(?<![\w.%+-])([\w.%+-]{0,64}:)([^\s"'<>(){}]{1,512}@)(?=[a-z0-9[])/gi

/** Whether it reads as the URL of a broker whose scheme was forgotten: `HOST:PORT`, or with a login before it. */
export const isUrlWithoutScheme = (text: string): boolean =>
  /(:|\/\/).*@/.test(text) || /^(\[[\da-f:.]+\]|[a-z0-9.-]+):\d+(\/\S*)?$/i.test(text)

/** A complaint about an argument: what may be a login is not repeated. */
export const withoutLogins = (text: string): string => withoutUrlCredentials(text).replace(LOGIN, '')

/** The same for a line of a file that names a broker: passwords are dots of the same length, and all else stays in its place. */
export const withDottedLogins = (line: string): string =>
  /\b(brokers?|use|url|server|host)\b["']?\s*:/.test(line)
    ? line.replace(LOGIN, (_, user: string, password: string) => `${user}${'•'.repeat(password.length - 1)}@`)
    : line
