import { quoteArgument } from "../spec/command/shell-quote.ts";
import type { JobSpec } from "../schemas/job-spec.ts";

/** The wrapper: POSIX sh. Its tests run it under dash, bash and busybox ash against the bare command. */
const wrapper = `# Added by qizhi (log_dir). What this node prints is also appended to a file in this folder, and the name of
# another file there says how the command ended:
qizhi_dir=@DIR@
# The command itself is unchanged:
qizhi_command() {
  cat << '@END@'
@COMMAND@
@END@
}
# It runs in the shell that runs this, which is bash only where that was not started as sh.
qizhi_shell=sh
case \${BASH_VERSION:+:$SHELLOPTS:} in '' | *:posix:*) ;; *) qizhi_shell=$BASH ;; esac
# An old bash needs room in a temporary folder for this.
qizhi_command=$(qizhi_command 2> /dev/null || TMPDIR=/dev/shm qizhi_command) && [ -n "$qizhi_command" ] || {
  echo "qizhi: no room for temporary files, so the command cannot be read" >&2
  exit 1
}
qizhi_host=$({ hostname || uname -n || cat /etc/hostname; } 2> /dev/null)
qizhi_host=\${qizhi_host:-unknown}
qizhi_rank=\${PET_NODE_RANK:-\${RANK:-$qizhi_host}}
qizhi_start=$(date +%s)
mkdir -p "$qizhi_dir" 2> /dev/null
# Each round has files of its own.
until qizhi_log=$qizhi_dir/$qizhi_rank.$qizhi_host.$qizhi_start && [ ! -e "$qizhi_log.log" ] &&
  { (set -C && true > "$qizhi_log.log") 2> /dev/null || [ ! -e "$qizhi_log.log" ]; }; do
  qizhi_start=$((qizhi_start + 1))
done
# A pipe cannot carry the command's process id and exit code to this shell; a folder of its own does.
qizhi_own=\${TMPDIR:-/tmp}/qizhi-$$-$qizhi_start
{ mkdir "$qizhi_own" && echo 0 > "$qizhi_own/pid"; } 2> /dev/null || {
  rm -rf "$qizhi_own"
  qizhi_own=$qizhi_log.own
}
if ! {
  mkdir -p "$qizhi_own" && echo 0 > "$qizhi_own/pid" && true >> "$qizhi_log.log" && true > "$qizhi_log.running"
} 2> /dev/null; then
  rm -rf "$qizhi_own"
  echo "qizhi: $qizhi_dir cannot be written on $qizhi_host; the command runs without a log there" >&2
  exec "$qizhi_shell" -c "$qizhi_command"
fi
# A shell lets what it starts in the background ignore these two signals; the command must not.
qizhi_reset="env --default-signal=INT,QUIT"
$qizhi_reset true 2> /dev/null || qizhi_reset=
qizhi_tee() {
  trap '' TERM INT HUP
  exec tee -a "$qizhi_log.log" 6<&-
}
qizhi_run() {
  trap : TERM HUP
  # In a shell of its own, because what a shell says of a signal is no output of the command.
  (
    trap : TERM HUP
    set -- "$qizhi_own" "$qizhi_shell" "$qizhi_command"
    $qizhi_reset sh -c 'echo $$ >| "$1/pid"; exec "$2" -c "$3" <&6 2>&5 5>&- 6<&-' sh "$@"
    exit $?
  ) 5>&2 2> /dev/null
  set -- $?
  mv "$qizhi_log.running" "$qizhi_log.exit-$1-$(date +%s)" 2> /dev/null
  # The command may have emptied the folder of temporary files.
  mv "$qizhi_own/pid" "$qizhi_own/exit-$1" 2> /dev/null ||
    { mkdir -p "$qizhi_own" && true > "$qizhi_own/exit-$1"; }
  kill -s USR1 $$
}
qizhi_forward() {
  read -r qizhi_pid < "$qizhi_own/pid" && [ "$qizhi_pid" -gt 0 ] && kill -s "$1" "$qizhi_pid"
} 2> /dev/null
trap : USR1
trap 'qizhi_forward TERM' TERM
trap 'qizhi_forward HUP' HUP
{ command exec 6<&0; } 2> /dev/null || exec 6< /dev/null
{
  trap : TERM HUP
  qizhi_run 2>&1 | qizhi_tee
} &
qizhi_tee=$!
qizhi_ended() { set -- "$qizhi_own"/exit-*; [ -e "$1" ] && qizhi_code=\${1##*-}; }
until qizhi_ended; do
  wait "$qizhi_tee"
  kill -0 "$qizhi_tee" 2> /dev/null || qizhi_ended || break
done
if kill -0 "$qizhi_tee" 2> /dev/null; then
  # What the command left in the background may hold its output open: that keeps no node.
  (sleep 2 && kill -s USR1 $$) > /dev/null 2>&1 6<&- &
  qizhi_timer=$!
  kill -0 "$qizhi_tee" 2> /dev/null && wait "$qizhi_tee"
  kill "$qizhi_timer" 2> /dev/null
fi
rm -rf "$qizhi_own"
exit "\${qizhi_code:-1}"`;

const marker = "# Added by qizhi (log_dir)";

/**
 * A command that does what `command` does and also keeps what it prints in a folder.
 * @param dir absolute path of the folder; the job makes it.
 */
export function wrapCommand(command: string, dir: string): string {
  const lines = new Set(command.split("\n"));
  let end = "QIZHI_END";
  for (let number = 2; lines.has(end); number++) end = `QIZHI_END_${number}`;
  const held: Record<string, string> = {
    DIR: quoteArgument(dir),
    END: end,
    COMMAND: command,
  };
  return wrapper.replaceAll(/@([A-Z]+)@/g, (_place, name: string) => held[name] ?? "");
}

/** The command and the folder of a wrapped command, also of another version; `undefined` for any other one. */
export function unwrapCommand(wrapped: string): { command: string; dir: string } | undefined {
  const text = wrapped.trimStart();
  if (!text.startsWith(marker)) return undefined;
  const dir = /^qizhi_dir=(.+)$/m.exec(text)?.[1];
  const [, end = "", rest = ""] = /^  cat << '(QIZHI_END\w*)'\n([^]*)$/m.exec(text) ?? [];
  const length = `\n${rest}`.indexOf(`\n${end}\n`);
  if (dir === undefined || end === "" || length === -1) return undefined;
  return { command: rest.slice(0, Math.max(0, length - 1)), dir: unquote(dir) };
}

function unquote(word: string): string {
  return word.replaceAll(
    /'([^']*)'|\\(.)/g,
    (_match, quoted?: string, escaped?: string) => quoted ?? escaped ?? "",
  );
}

/** The folder of one run of a job in a `log_dir`. */
function toLogFolder(logDir: string, runId: string): string {
  return `${logDir.replace(/\/+$/, "")}/${runId}`;
}

/** The folder of a job's logs, by its command or by what was submitted; `undefined` if it keeps none. */
export function findLogFolder(
  job: { readonly command?: string | null | undefined } | undefined,
  sent?: { readonly id: string; readonly spec: Readonly<Record<string, unknown>> } | undefined,
): string | undefined {
  const logDir = sent?.spec["log_dir"];
  if (sent !== undefined && typeof logDir === "string") return toLogFolder(logDir, sent.id);
  return unwrapCommand(job?.command ?? "")?.dir;
}

/**
 * The body of a create: the fields of `extra` stand beside those of the page, and with a `log_dir` the command is
 * wrapped.
 * @param runId name of the job's folder in it.
 */
export function toCreateBody(
  { extra, log_dir: logDir, ...fields }: JobSpec,
  runId: string = crypto.randomUUID(),
): JobSpec {
  const body = { ...fields, ...extra };
  if (logDir === undefined) return body;
  return { ...body, command: wrapCommand(fields.command, toLogFolder(logDir, runId)) };
}
