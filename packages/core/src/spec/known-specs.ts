/** What one node of a resource spec has. */
export interface KnownSpec {
  readonly gpus: number;
  readonly memoryGib: number;
}

// Ids are the platform's, not a user's; their first eight digits tell them apart (wire 3.5).
const knownSpecs: Readonly<Record<string, KnownSpec>> = {
  "4dd0e854": { gpus: 1, memoryGib: 200 },
  "45ab2351": { gpus: 4, memoryGib: 800 },
  b618f5cb: { gpus: 8, memoryGib: 1600 },
  "79fe954a": { gpus: 1, memoryGib: 200 },
  "26ef0d6e": { gpus: 2, memoryGib: 400 },
  "8a53ac21": { gpus: 4, memoryGib: 900 },
  "7166bd2e": { gpus: 8, memoryGib: 1800 },
};

/** What is publicly known of a resource spec; nothing of most. */
export function findKnownSpec(specId: string): KnownSpec | undefined {
  const start = specId.slice(0, 8).toLowerCase();
  return specId.length === 36 && Object.hasOwn(knownSpecs, start) ? knownSpecs[start] : undefined;
}
