/**
 * Makes a caller's function safe to call in the middle of a call: what it throws, or what its promise rejects
 * with, is warned of and decides nothing.
 */
export function toListener<Args extends unknown[]>(
  listen: ((...args: Args) => unknown) | undefined,
): (...args: Args) => void {
  if (listen === undefined) return () => {};
  return (...args) => {
    try {
      const result = listen(...args);
      if (result instanceof Promise) result.catch(warn);
    } catch (error) {
      warn(error);
    }
  };
}

function warn(error: unknown): void {
  const text = `A listener of a Qizhi client failed: ${String(error)}`;
  // Elsewhere than on Node there is no process.
  const { process } = globalThis as { process?: NodeJS.Process };
  if (process?.emitWarning === undefined) console.warn(text);
  else process.emitWarning(text, "QizhiWarning");
}
