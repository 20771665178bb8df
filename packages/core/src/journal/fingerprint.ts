import { sha256 } from "../text/text.ts";

/**
 * A stable name for what a spec asks for: 28 hex digits of the SHA-256 of its JSON with sorted keys. Two
 * files that differ only in form (YAML or JSON, order of keys, `2h` or `7200000`, `envs` as map or list)
 * have the same, and so have two that keep their logs in different folders.
 */
export function specFingerprint(spec: object): string {
  return knownFingerprints(spec)[0];
}

// By object, with its JSON, because a caller may change its spec.
const computed = new WeakMap<object, { json: string; prints: readonly [string, string] }>();

/** Every fingerprint that a journal may hold of a spec: today's, and that of earlier versions. */
export function knownFingerprints(spec: object): readonly [string, string] {
  const json = JSON.stringify(spec);
  const before = computed.get(spec);
  if (before?.json === json) return before.prints;
  const text = toSortedJson(spec);
  const today = sha256(text).slice(0, 28);
  const prints = [today, cyrb53(text, 0) + cyrb53(text, 1)] as const;
  computed.set(spec, { json, prints });
  return prints;
}

function toSortedJson(spec: object): string {
  return JSON.stringify({ ...spec, log_dir: undefined }, (_key, value: unknown) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** 53 bits in 14 digits. */
function cyrb53(text: string, seed: number): string {
  let high = 0xdeadbeef ^ seed;
  let low = 0x41c6ce57 ^ seed;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(16).padStart(14, "0");
}
