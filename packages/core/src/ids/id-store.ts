import { join } from "node:path";
import * as z from "zod/mini";
import { readPrivateFile, writePrivateFile } from "../journal/private-file.ts";
import { once } from "../schemas/once.ts";
import { idKinds, type KnownId, mergeIds } from "./known-ids.ts";
import { parseJson } from "../text/json-value.ts";

const words = once(() => z.optional(z.string()));
const amount = once(() => z.optional(z.number()));

const knownIdSchema = once(() =>
  z.object({
    kind: z.enum(idKinds),
    id: z.string(),
    names: z.optional(z.array(z.string())),
    given: words(),
    workspace: words(),
    group: words(),
    gpus: amount(),
    gpuType: words(),
    cpus: amount(),
    memoryGib: amount(),
    pricePerHour: amount(),
    seenOn: words(),
    refusedOn: words(),
  }),
);

const fileSchema = once(() =>
  z.object({ v: z.literal(1), platforms: z.record(z.string(), z.array(z.unknown())) }),
);

const mostPlatforms = 20;
const mostIds = 1_000;

/** The ids that this user's jobs have shown, on the disk, for this user alone (0600). */
export interface IdStore {
  /** Path of the file. */
  readonly file: string;
  /** What is known of a platform, the latest first. */
  list(platform: string): KnownId[];
  /** Adds what was learned. @returns whether something of it is new. */
  add(platform: string, found: readonly KnownId[]): boolean;
  /** Forgets ids. @returns how many entries are gone. */
  forget(platform: string, ids: readonly string[]): number;
}

/**
 * Opens the ids of a state folder. Platforms are told apart by `toPlatformKey`. Entries past a thousand for a
 * platform, and platforms past twenty, go, the oldest first.
 * @throws {InputError} from its methods: the file cannot be read or written, or is not this user's alone.
 */
export function openIds({ dir }: { dir: string }): IdStore {
  const file = join(dir, "ids.json");
  const read = () => readIdsFile(readPrivateFile(file));
  const list = (platform: string) => read()[platform] ?? [];
  const replace = (platform: string, ids: readonly KnownId[]) => {
    const { [platform]: _old, ...others } = read();
    const kept = Object.entries(others).slice(1 - mostPlatforms);
    const platforms = { ...Object.fromEntries(kept), [platform]: ids.slice(0, mostIds) };
    writePrivateFile(file, `${JSON.stringify({ v: 1, platforms }, undefined, 1)}\n`);
  };
  return {
    file,
    list,
    add(platform, found) {
      const old = list(platform);
      const merged = mergeIds(old, found);
      if (JSON.stringify(merged) === JSON.stringify(old)) return false;
      const seen = ({ seenOn = "", given }: KnownId) => (given === undefined ? seenOn : "9");
      replace(
        platform,
        merged.toSorted((a, b) => (seen(a) < seen(b) ? 1 : seen(a) > seen(b) ? -1 : 0)),
      );
      return true;
    },
    forget(platform, ids) {
      const old = list(platform);
      const kept = old.filter(({ id }) => !ids.includes(id));
      if (kept.length < old.length) replace(platform, kept);
      return old.length - kept.length;
    },
  };
}

/** Reads the text of a file of ids, if there is one; what it does not understand is left out. */
export function readIdsFile(text: string | undefined): Record<string, KnownId[]> {
  const { platforms = {} } = fileSchema().safeParse(parseJson(text ?? "")).data ?? {};
  const read = Object.entries(platforms).map(([platform, ids]) => {
    return [platform, ids.flatMap((id) => knownIdSchema().safeParse(id).data ?? [])] as const;
  });
  return Object.fromEntries(read);
}
