// What `hil completion` does. The scripts ask `hil --complete WORD…`, whose last word is the one under the cursor, and
// where it has nothing to say complete files.

import { EXIT, type ExitCode } from '../../problems/index.ts'
import { terminal } from '../terminal.ts'
import type { Shell } from './command.ts'

const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `_hil() {
  local word
  COMPREPLY=()
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(hil --complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  [[ \${COMPREPLY[0]} == *= ]] && compopt -o nospace
}
complete -o default -F _hil hil
`,
  zsh: `#compdef hil
_hil() {
  local -a found
  found=("\${(@f)$(hil --complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  found=(\${found:#})
  if (( \${#found} )); then compadd -Q -- $found; else _files; fi
}
compdef _hil hil
`,
  fish: `function __hil
  set -l words (commandline -opc) (commandline -ct)
  set -l found (hil --complete $words[2..-1] 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c hil -f -a '(__hil)'
`,
}

export function completionAction({ shell }: { readonly shell: Shell }): ExitCode {
  terminal().print(SCRIPTS[shell])
  return EXIT.passed
}
