import type { KnownJob } from "@qizhi/core/journal";
import { readSweeps } from "@qizhi/core/sweep";
import { excerpt, toPlatformKey, visibleText } from "@qizhi/core/internal";
import { findAccess } from "../access/access.ts";
import { Accounts } from "../access/accounts.ts";
import { commands } from "../commands/commands.ts";
import { bornAt, openHistory } from "../history/history.ts";
import type { Io } from "../terminal/io.ts";
import { Options } from "../context/options.ts";
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
  const found = tryTo(
    () =>
      findCandidates(words, {
        commands,
        pick: t.help.pick,
        jobs: () => tryTo(() => jobsHere(io), []),
        sweeps: () => tryTo(() => sweepsHere(io), []),
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

function jobsHere(io: Io): Named[] {
  const platform = toPlatformKey(findAccess(new Options({}), io).baseUrl);
  return openHistory(io)
    .read()
    .jobs.filter((job) => job.platform === platform)
    .map((job) => ({ id: job.jobId, name: job.name ?? "", about: aboutJob(job, io) }));
}

function sweepsHere(io: Io): Named[] {
  const platform = toPlatformKey(findAccess(new Options({}), io).baseUrl);
  return readSweeps(openHistory(io).read())
    .filter((sweep) => sweep.platform === platform)
    .map(({ id, plan, beganAt }) => {
      const about = [excerpt(plan.name, 40), toAgeText(Date.parse(beganAt), io.t)];
      return { id, name: plan.name, about: about.join(io.t.comma) };
    });
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
