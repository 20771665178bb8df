import { sha256 } from "../text/text.ts";
import { knownFingerprints } from "./fingerprint.ts";
import { type Attempt, Attempts, isOpenAttempt, mayHaveJob } from "./attempts.ts";
import { mayHideCreate, readLine } from "./journal-file.ts";
import {
  type KnownRecord,
  type OtherRecord,
  readProcessMark,
  type SweepRunReference,
} from "./records.ts";
import { foldHold, type SweepHold, unheld } from "./sweep-hold.ts";

/** What the guard against doubles knows of a journal: its attempts without their specs, and its damage. */
export class AttemptIndex {
  readonly #attempts = new Attempts();
  /** The attempts by the job that they created. */
  readonly #byJob = new Map<string, Set<string>>();
  /** The texts of the lines that may hide a create. */
  readonly #unread: string[] = [];
  readonly #accepted = new Set<unknown>();
  readonly #sweeps = new Map<string, SweepHold>();
  /** The jobs that a person has stopped from here, also those that had ended, each with the place of its last stop. */
  readonly #stopped = new Map<string, number>();
  #others = 0;
  readonly #keep: <Value>(value: Value) => Value;
  /** The last line of the file, where its end is missing. */
  rest = "";

  /** @param keep what the journal keeps of a spec. */
  constructor(keep: <Value>(value: Value) => Value) {
    this.#keep = keep;
  }

  add(text: string): void {
    if (text.trim() === "") return;
    const line = readLine(text);
    if (mayHideCreate(line)) this.#unread.push(text);
    if (line.kind === "known") this.#take(line.record);
    else if (line.kind === "other") this.#takeOther(line.record);
  }

  /**
   * The attempts that may have created a job of this spec that nobody has seen, or are about to, in their
   * order. An attempt whose platform or spec cannot be read any more counts for every one.
   */
  findOpen(platform: string, spec: object): Attempt[] {
    return this.#find(platform, spec).filter(isOpenAttempt);
  }

  /** The last attempt of this spec that created a job, by its answer or as a person found. */
  findCreated(platform: string, spec: object): Attempt | undefined {
    return this.#find(platform, spec).findLast(({ jobId }) => jobId !== undefined);
  }

  /** Another attempt that has the same job. */
  findOwner(platform: string, jobId: string, own: string): Attempt | undefined {
    const keys = [toKey(platform, jobId), toKey("", jobId)];
    const ids = keys.flatMap((key) => [...(this.#byJob.get(key) ?? [])]);
    const other = ids.find((id) => id !== own);
    return other === undefined ? undefined : this.#attempts.get(other);
  }

  /** The attempts that have or may have created a job of a run, in this try or a later one, oldest first. */
  findOfRun({ sweep, run, try: number }: SweepRunReference): Attempt[] {
    const found = this.#attempts.find(
      ({ sweepRun: of }) => of?.sweep === sweep && of.run === run && of.try >= number,
    );
    return found.filter(mayHaveJob);
  }

  holdOf(sweep: string): SweepHold {
    return this.#sweeps.get(sweep) ?? unheld;
  }

  /**
   * Whether a person has stopped a job from here, be it after its end.
   * @param sweep of a job of this sweep: since the sweep last made anew what had not succeeded.
   */
  isStopped(platform: string, jobId: string, sweep = ""): boolean {
    return (this.#stopped.get(toKey(platform, jobId)) ?? 0) > this.holdOf(sweep).anewAt;
  }

  /** How many damaged lines may have recorded a create, unless a person has accepted that. */
  get unreadLines(): number {
    const count = this.#unread.length + (this.rest === "" ? 0 : 1);
    return this.#accepted.has(this.#hash()) ? 0 : count;
  }

  /** The record by which a person accepts the damage that there is. */
  toAcceptance(): { kind: typeof acceptKind; lines: string } {
    return { kind: acceptKind, lines: this.#hash() };
  }

  #find(platform: string, spec: object): Attempt[] {
    const prints = new Set([...knownFingerprints(this.#keep(spec)), ""]);
    const isThere = (each: Attempt) => each.platform === platform || each.platform === "";
    return this.#attempts.find((each) => prints.has(each.fingerprint) && isThere(each));
  }

  #take(record: KnownRecord): void {
    if (record.kind === "attempt") {
      const { workspace_id } = record.spec;
      this.#attempts.add({ ...record, spec: { workspace_id } });
      return;
    }
    this.#attempts.add(record);
    const ended = "attempt" in record ? this.#attempts.get(record.attempt) : undefined;
    if (ended?.jobId === undefined) return;
    const key = toKey(ended.platform, ended.jobId);
    this.#byJob.set(key, (this.#byJob.get(key) ?? new Set()).add(ended.id));
  }

  #takeOther(record: OtherRecord): void {
    const { kind, lines, sweep } = record;
    this.#others += 1;
    if (kind === acceptKind) this.#accepted.add(lines);
    for (const key of stoppedBy(record)) this.#stopped.set(key, this.#others);
    if (typeof sweep !== "string") return;
    const own = { ...record, process: readProcessMark(record["process"]) };
    this.#sweeps.set(sweep, foldHold(this.holdOf(sweep), own, this.#others));
  }

  #hash(): string {
    const texts = [...this.#unread, this.rest].filter((text) => text !== "");
    return sha256(texts.join("\n")).slice(0, 16);
  }
}

const acceptKind = "damage:accepted";

/** The keys of the jobs that a person has stopped by a record. */
export function stoppedBy({ kind, v, platform, jobIds }: OtherRecord): string[] {
  if (v !== 1 || kind !== "job:stop") return [];
  return [jobIds].flat().map((jobId) => toKey(String(platform), String(jobId)));
}

/** A job by its platform and id. */
export function toKey(platform: string, jobId: string): string {
  return `${platform} ${jobId.toLowerCase()}`;
}
