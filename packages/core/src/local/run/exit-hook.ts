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
