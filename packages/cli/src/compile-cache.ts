import { lstatSync, mkdirSync } from "node:fs";
import nodeModule from "node:module";
import { dirname, isAbsolute, join } from "node:path";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Turns on Node's compile cache (Node ≥ 22.8) in this user's cache folder. Whoever can write there decides
 * what runs, so it stays off where a folder on the way is another user's, writable by others, or a link.
 * Node's own default is a folder below the shared temporary one.
 */
export function enableCompileCache(env: Env): void {
  const { XDG_CACHE_HOME: cache, HOME: home } = env;
  // The XDG specification: a relative path is to be ignored.
  const base =
    cache && isAbsolute(cache) ? cache : home && isAbsolute(home) && join(home, ".cache");
  // The types are those of Node 20, which has none.
  const enable: unknown = Reflect.get(nodeModule, "enableCompileCache");
  if (!base || typeof enable !== "function") return;
  const folder = join(base, "qizhi", "compiled");
  try {
    // Not `recursive`: below an automounted /home, which knows no new names, Node would try for ever.
    for (const each of [base, dirname(folder), folder]) {
      if (lstatSync(each, { throwIfNoEntry: false }) !== undefined) continue;
      // With `sudo -E`, root would leave folders in the home of another user.
      if (!isOurs(dirname(each))) return;
      mkdirSync(each, { mode: 0o700 });
    }
    if (isOurs(folder)) enable(folder);
  } catch {
    // Without a cache a start takes a few ms longer.
  }
}

/** Whether nobody but this user and root can change a folder or any folder above it. */
function isOurs(folder: string): boolean {
  const uid = process.getuid?.();
  // Windows has neither owners nor modes of this kind; its home folders are closed to others.
  if (uid === undefined) return true;
  const stat = lstatSync(folder);
  const isSticky = (stat.mode & 0o1000) !== 0;
  const isClosed = (stat.mode & 0o022) === 0 || isSticky;
  const isTrusted = stat.isDirectory() && isClosed && (stat.uid === uid || stat.uid === 0);
  const parent = dirname(folder);
  return isTrusted && (parent === folder || isOurs(parent));
}
