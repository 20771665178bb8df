import { isQizhiError, type Job } from "@qizhi/core";
import { type IdStore, type KnownId, openIds, stateDir } from "@qizhi/core/journal";
import { defaultBaseUrl, excerpt, nameOfId, readIds, toPlatformKey } from "@qizhi/core/internal";
import type { Options } from "../context/options.ts";
import type { Messages } from "../messages/en.ts";
import type { Io } from "../terminal/io.ts";
import { findPlatform } from "./access.ts";

export function openKnownIds({ env }: Pick<Io, "env">): IdStore {
  return openIds({ dir: stateDir(env) });
}

/** The platform that a command is about, as the file of ids names it; also without a login. */
export function platformOf(options: Options, io: Pick<Io, "env">): string {
  // A command that connects reports what is wrong with the access.
  return unlessFailed(() => findPlatform(options, io)) ?? defaultBaseUrl;
}

/** The ids of a platform by its key, as this user's jobs have shown them; none without a home folder. */
export function listKnownIds(platform: string, io: Pick<Io, "env">): KnownId[] {
  const dir = findStateDir(io);
  return dir === undefined ? [] : openIds({ dir }).list(platform);
}

/** The state folder, where the user has a home folder; a command that submits reports that there is none. */
export function findStateDir({ env }: Pick<Io, "env">): string | undefined {
  return unlessFailed(() => stateDir(env));
}

/** What `work` gives, or nothing where it fails: what was asked for works all the same, and `doctor` reports the folder. */
function unlessFailed<Value>(work: () => Value): Value | undefined {
  try {
    return work();
  } catch (error) {
    if (!isQizhiError(error)) throw error;
    return undefined;
  }
}

export function today(): string {
  return new Date().toISOString().slice(0, 10);
}

/** Learns the names of ids from every job that a client sees, and looks at the file only for what is new to it. */
export function createIdLearner(baseUrl: string, io: Pick<Io, "env">): (job: Job) => void {
  const known = new Set<string>();
  return (job) => {
    const found = readIds(job, today()).filter((id) => !known.has(JSON.stringify(id)));
    if (found.length === 0) return;
    for (const id of found) known.add(JSON.stringify(id));
    noteIds(baseUrl, found, io);
  };
}

/** Whether the platform refused a job because of a group, and has taken none for it since. */
export function wasRefused(baseUrl: string, group: string, io: Pick<Io, "env">): boolean {
  const known = unlessFailed(() => openKnownIds(io).list(toPlatformKey(baseUrl))) ?? [];
  return known.some(({ kind, id, refusedOn }) => kind === "group" && id === group && refusedOn);
}

export function noteIds(baseUrl: string, found: readonly KnownId[], io: Pick<Io, "env">): void {
  unlessFailed(() => openKnownIds(io).add(toPlatformKey(baseUrl), found));
}

/** What is known of an id besides its name, on one line. */
export function describeId(known: KnownId, all: readonly KnownId[], t: Messages): string {
  const { kind, gpus, gpuType, cpus, memoryGib, pricePerHour, group, refusedOn, names } = known;
  const groupName = all.find((each) => each.kind === "group" && each.id === group);
  const seenIn = groupName === undefined ? group : nameOfId(groupName);
  const others = names?.filter((name) => name !== nameOfId(known)) ?? [];
  const parts = [
    ...others,
    gpus && gpuType && `${gpus} × ${gpuType}`,
    kind === "node" && cpus !== undefined && t.ids.cpus(cpus),
    memoryGib !== undefined && `${memoryGib} GiB`,
    pricePerHour !== undefined && t.ids.perHour(String(pricePerHour)),
    seenIn !== undefined && t.ids.seenIn(seenIn),
    refusedOn && t.ids.refusedOn(refusedOn),
  ];
  return excerpt(parts.filter(Boolean).join(t.comma), 200);
}
