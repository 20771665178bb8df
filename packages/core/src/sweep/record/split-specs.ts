import type { JobSpec } from "../../schemas/job-spec.ts";

/** The fields that all specs share, and for each spec the others. */
export function splitSpecs(specs: readonly JobSpec[]): {
  common: Record<string, unknown>;
  own: Record<string, unknown>[];
} {
  const [first = {}] = specs;
  const shared = new Set(
    Object.entries(first).flatMap(([key, value]) => {
      const text = JSON.stringify(value);
      const isShared = specs.every((spec) => JSON.stringify(Reflect.get(spec, key)) === text);
      return isShared ? [key] : [];
    }),
  );
  const pick = (spec: object, isWanted: (key: string) => boolean) =>
    Object.fromEntries(Object.entries(spec).filter(([key]) => isWanted(key)));
  return {
    common: pick(first, (key) => shared.has(key)),
    own: specs.map((spec) => pick(spec, (key) => !shared.has(key))),
  };
}
