import { visibleText } from "@qizhi/core/internal";
import { inputError } from "../../errors/cli-error.ts";
import type { Run } from "../../context/command.ts";
import { exitCode } from "../../errors/exit-code.ts";
import { printResult } from "../../terminal/io.ts";

/** `qizhi completion`: the script that makes a shell complete commands, flags, fields and jobs. */
export const completion: Run = async ({ args: [shell = ""], io }) => {
  const script = scripts.get(shell);
  if (script === undefined) {
    throw inputError((t) => t.noSuchShell(visibleText(shell), shells.join(t.comma)));
  }
  printResult(io, script.trimEnd());
  return exitCode.ok;
};

// No answer is ever run or expanded: job names are other people's text. The scripts of libraries use eval
// and compgen -W.
const bash = `# bash completion for qizhi. To have it in every shell, add to ~/.bashrc:
#   source <(qizhi completion bash)
_qizhi() {
  local line="\${COMP_LINE:0:COMP_POINT}" word reply skip
  local -a words
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  word="\${words[\${#words[@]}-1]}"
  # bash breaks words at = and : too, and wants only what comes after: as much as it has in $2.
  skip=$(( \${#word} - \${#2} ))
  COMPREPLY=()
  while IFS= read -r reply; do
    if [[ $reply == :files ]]; then
      compopt -o default
    elif [[ $reply == :nospace ]]; then
      compopt -o nospace
    else
      COMPREPLY+=("\${reply:skip}")
    fi
  done < <(qizhi __complete bash "\${words[@]:1}" 2>/dev/null)
}
complete -F _qizhi qizhi
`;

const zsh = `#compdef qizhi
# zsh completion for qizhi. Save it as _qizhi in a folder of your $fpath, or add to ~/.zshrc after compinit:
#   source <(qizhi completion zsh)
_qizhi() {
  local reply
  local -a replies space
  local -i files=0
  for reply in "\${(@f)$(qizhi __complete zsh "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    case $reply in
      :files) files=1 ;;
      :nospace) space=(-S '') ;;
      ?*) replies+=("$reply") ;;
    esac
  done
  (( $#replies )) && _describe -V qizhi replies "\${(@)space}"
  (( files )) && _files
  return 0
}
if [[ $funcstack[1] == _qizhi ]]; then
  _qizhi "$@"
else
  compdef _qizhi qizhi
fi
`;

const fish = `# fish completion for qizhi. Save it as ~/.config/fish/completions/qizhi.fish
function __qizhi_complete
  set -l before (commandline -opc)
  set -l current (commandline -ct)
  for reply in (qizhi __complete fish $before[2..-1] "$current" 2>/dev/null)
    switch $reply
      case :files
        __fish_complete_path "$current"
      case :nospace
      case '*'
        printf '%s\\n' $reply
    end
  end
end
complete -c qizhi -f -k -a '(__qizhi_complete)'
`;

const scripts: ReadonlyMap<string, string> = new Map(Object.entries({ bash, zsh, fish }));

/** The shells that have a completion script. */
export const shells: readonly string[] = [...scripts.keys()];
