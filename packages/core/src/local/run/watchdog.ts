import { spawn } from "node:child_process";

/**
 * Reads `+<group>` and `-<group>` lines. At the end of input, which is the death of its owner however
 * it died, it kills the groups, then what left them (by the marker in $1 and the control group in $3), then the temporary folder $2.
 */
const script = `
groups=" "
while IFS= read -r line; do
  case $line in
    +*) groups="$groups\${line#+} " ;;
    -*) case $groups in *" \${line#-} "*) groups="\${groups%% \${line#-} *} \${groups#* \${line#-} }" ;; esac ;;
    quit) exit 0 ;;
  esac
done
for group in $groups; do kill -KILL "-$group"; done
for process in /proc/[0-9]*; do
  if [ "\${process#/proc/}" != "$$" ] && grep -qF -- "$1" "$process/environ"; then
    kill -KILL "\${process#/proc/}"
  fi
done
if [ -n "$3" ]; then echo 1 > "$3/cgroup.kill"; fi
if [ -n "$2" ]; then rm -rf -- "$2"; fi
tries=0
while [ -d "$3" ] && [ "$tries" -lt 20 ]; do
  rmdir "$3"/*/ "$3" || sleep 0.1
  tries=$((tries + 1))
done
`;

export type Watchdog = ReturnType<typeof startWatchdog>;

/**
 * Starts a watchdog, which kills what the platform started when the platform's process dies without a chance
 * to do so itself. It has a session of its own, where no signal to the owner's group reaches it.
 */
export function startWatchdog(marker: string, temporaryDir = "", groupFolder = "") {
  const child = spawn("sh", ["-c", script, "sh", marker, temporaryDir, groupFolder], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    cwd: "/",
    env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin" },
  });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  // Without a watchdog (no sh, or someone killed it) jobs still run, guarded by the exit hook alone.
  child.stdin.on("error", () => {});
  child.unref();
  return {
    /** Resolves when the group is sure to die with the owner. */
    add: (groupId: number) =>
      new Promise<void>((resolve) => {
        child.stdin.write(`+${groupId}\n`, () => resolve());
      }),
    /** Forgets a group that has ended. */
    remove: (groupId: number) => void child.stdin.write(`-${groupId}\n`),
    /** Ends the watchdog's process, and waits for that. */
    quit: () => {
      child.ref();
      child.stdin.end("quit\n");
      return ended;
    },
  };
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const hooks = new Set<() => void>();

/**
 * Runs `hook` (sync) when this process ends by itself or by INT, TERM or HUP. A signal that someone
 * else listens to is left to them: their exit runs the hook. Gives a function that takes it back.
 */
export function addExitHook(hook: () => void): () => void {
  if (hooks.size === 0) {
    process.on("exit", runHooks);
    for (const signal of signals) process.on(signal, onSignal);
  }
  hooks.add(hook);
  return () => {
    if (!hooks.delete(hook) || hooks.size > 0) return;
    removeListeners();
  };
}

function removeListeners(): void {
  process.off("exit", runHooks);
  for (const signal of signals) process.off(signal, onSignal);
}

function runHooks(): void {
  for (const hook of hooks) hook();
  hooks.clear();
}

function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  runHooks();
  removeListeners();
  // Now the default applies, so that the parent sees a death by this signal.
  process.kill(process.pid, signal);
}
