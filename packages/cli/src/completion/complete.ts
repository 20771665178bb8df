import type { JournalView, KnownJob } from "@qizhi/core/journal";
import { readSweeps } from "@qizhi/core/sweep";
import { excerpt, visibleText } from "@qizhi/core/internal";
import { findPlatform } from "../access/access.ts";
import { Accounts } from "../access/accounts.ts";
import { commands } from "../commands/commands.ts";
import { bornAt, openHistory } from "../history/history.ts";
import type { Io } from "../terminal/io.ts";
import { Options, toFlag } from "../context/options.ts";
import { findSubmission } from "../history/references.ts";
import { specSchema } from "../spec/spec-schema.ts";
import { toAgeText } from "../text/time-text.ts";
import { type Candidate, type Candidates, findCandidates, type Named } from "./candidates.ts";

/**
 * Answers a completion script: one candidate a line, in the form of the shell, and `:files` or `:nospace`
 * where the shell has to do something. Says nothing when something is wrong.
 */
export async function complete([shell, ...words]: readonly string[], io: Io): Promise<void> {
  const { t } = io;
  const profiles = words.some((word) => word.startsWith("--profile")) ? await readProfiles(io) : [];
  let read: { view: JournalView; platform: string } | undefined;
  const here = () =>
    (read ??= {
      platform: findPlatform(accessOf(words), io),
      view: openHistory(io).read(),
    });
  const isHere = (each: { readonly platform: string }) => each.platform === here().platform;
  const found = tryTo(
    () =>
      findCandidates(words, {
        commands,
        pick: t.help.pick,
        jobs: () => tryTo(() => jobsOf(here().view, io).filter(isHere), []),
        sweeps: () => tryTo(() => sweepsOf(here().view, io).filter(isHere), []),
        last: () => tryTo(() => lastOf(here()), []),
        profiles,
        accounts: () => tryTo(() => new Accounts(io).entries().map(({ name }) => name), []),
        fields: () => specFields(specSchema),
      }),
    undefined,
  );
  if (found !== undefined) io.stdout.write(toLines(found, shell ?? "").join(""));
}

function toLines({ candidates, files, open }: Candidates, shell: string): string[] {
  const lines = candidates.map((candidate) => toLine(candidate, shell));
  if (open) lines.push(":nospace");
  if (files) lines.push(":files");
  return lines.map((line) => `${line}\n`);
}

function toLine({ value, about }: Candidate, shell: string): string {
  if (shell === "fish") return about === undefined ? value : `${value}\t${visibleText(about)}`;
  if (shell !== "zsh") return value;
  const escaped = value.replaceAll(":", "\\:");
  return about === undefined ? escaped : `${escaped}:${visibleText(about)}`;
}

async function readProfiles(io: Io): Promise<string[]> {
  try {
    const { profileNames } = await import("../spec/write-spec.ts");
    return await profileNames(io);
  } catch {
    return [];
  }
}

/** The platform and the login that the words before the cursor choose, as their flags. */
function accessOf(words: readonly string[]): Options {
  const before = words.slice(0, -1);
  const given = ["baseUrl", "account", "username"].flatMap((name) => {
    const flag = toFlag(name);
    const at = before.findLastIndex((word) => word === flag || word.startsWith(`${flag}=`));
    const value = before[at] === flag ? before[at + 1] : before[at]?.slice(flag.length + 1);
    return value ? [[name, value]] : [];
  });
  return new Options(Object.fromEntries(given));
}

type Here = Named & { readonly platform: string };

function jobsOf({ jobs }: JournalView, io: Io): Here[] {
  return jobs.map((job) => {
    const { jobId: id, name = "", platform } = job;
    return { id, name, platform, about: aboutJob(job, io) };
  });
}

function sweepsOf(view: JournalView, { t }: Io): Here[] {
  return readSweeps(view).map(({ id, plan: { name }, beganAt, platform }) => {
    const about = [excerpt(name, 40), toAgeText(Date.parse(beganAt), t)];
    return { id, name, platform, about: about.join(t.comma) };
  });
}

function lastOf({ view, platform }: { view: JournalView; platform: string }) {
  const { sweep, job } = findSubmission(view, { platform, place: 1 })?.last ?? {};
  return [sweep?.id, job?.jobId];
}

function aboutJob(job: KnownJob, { t }: Io): string {
  const ago = toAgeText(bornAt(job), t);
  const phase = new Map(Object.entries(t.phases)).get(job.seen?.phase ?? "") ?? "";
  return [excerpt(job.name ?? "", 40), phase, ago].filter(Boolean).join(t.comma);
}

/** Paths that `--set` takes, from the schema: `task_priority`, `framework_config[0].image`. */
function specFields(schema: object): string[] {
  const paths: string[] = [];
  for (const [key, field] of Object.entries(Object(Reflect.get(schema, "properties")))) {
    const items: unknown = Reflect.get(Object(field), "items");
    const inner = Object.keys(Object(Reflect.get(Object(items), "properties")));
    if (inner.length === 0) paths.push(key);
    for (const name of inner) paths.push(`${key}[0].${name}`);
  }
  return paths;
}

function tryTo<Value>(act: () => Value, otherwise: Value): Value {
  try {
    return act();
  } catch {
    return otherwise;
  }
}
