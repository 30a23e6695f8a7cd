// Texts as an attacker writes them: pieces that mean something to YAML, HTML, XML, terminals, CI servers, shells and file
// systems, in any order, between any others.

import fc from 'fast-check'

const PIECES: readonly string[] = [
  ...[
    '\n',
    '\r',
    '\r\n',
    '\u0085',
    '\u2028',
    '\t',
    '\u0000',
    '\ufeff',
    ': ',
    ' #',
    '- ',
    '{',
    '}',
    '[',
    ']',
    ',',
    '"',
    "'",
    '\\',
  ],
  ...[
    '&a ',
    '*a',
    '!!js ',
    '|\n',
    '>-\n',
    '\n---\n',
    '\n...\n',
    '? ',
    '@',
    '`',
    '<<',
    'yes',
    'null',
    '0x1f',
    '.inf',
    '~',
  ],
  ...[
    '${{ env.HOME }}',
    '$${{',
    '}}',
    '\nbroker: { use: command, with: { command: [touch, planted] } }\n',
    '\nvars: { planted: 1 }\n',
  ],
  ...['</script><script>planted()</script>', '<!--', ']]>', '&lt;', '<img src=x onerror=planted()>', '"><b>'],
  ...[
    '::error::planted',
    '::stop-commands::planted',
    '##[error]planted',
    '##vso[task.planted]',
    '\u001b]0;planted\u0007',
  ],
  ...[
    '\u001b[2J',
    '\u009b2J',
    '\u202e',
    '\u2066',
    '$(touch planted)',
    '`touch planted`',
    '; touch planted',
    '| planted',
  ],
  ...['../', '/etc/', '..', 'CON', '%2e%2e/', '\ud800', '\udfff', '👍🏽', '日本'],
]

/** Any text, lone surrogates included. */
export const hostile: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 6 })
  .map((parts) => parts.join(''))

/** Such text as UTF-8 can carry. */
export const nasty: fc.Arbitrary<string> = hostile.map((text) => Buffer.from(text).toString())
