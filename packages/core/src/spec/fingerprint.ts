import type { JobSpec } from "../schemas/job-spec.ts";

/**
 * A stable name for what a spec asks for: SHA-256, in hex, of its JSON with sorted keys. Two files that
 * differ only in form (YAML or JSON, order of keys, `2h` or `7200000`, `envs` as map or list) have the same.
 */
export function specFingerprint(spec: JobSpec): string {
  // Not imported: crypto takes 4 ms on Node 20 and 9 on 24 (measured), and few need a fingerprint.
  const { createHash } = process.getBuiltinModule("node:crypto");
  return createHash("sha256").update(JSON.stringify(spec, sortKeys)).digest("hex");
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
