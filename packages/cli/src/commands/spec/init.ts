import type { ReadSpecOptions } from "@qizhi/core";
import { readJobSpec, SpecError } from "@qizhi/core";
import type { Attempt } from "@qizhi/core/journal";
import { applyOverrides, quoteCommand, readSpecText, visibleText } from "@qizhi/core/internal";
import { findPlatform } from "../../access/access.ts";
import { canAsk } from "../../terminal/ask.ts";
import { printSpecWarnings } from "../../spec/check-spec.ts";
import { inputError } from "../../errors/cli-error.ts";
import type { CommandInput, Run } from "../../context/command.ts";
import { exitCode } from "../../errors/exit-code.ts";
import { openHistory } from "../../history/history.ts";
import type { AskedField } from "../../init/answers.ts";
import {
  askedFields,
  defaults,
  earlierAnswers,
  isGiven,
  nameFor,
  valueOf,
} from "../../init/answers.ts";
import { askField, type Offers } from "../../init/ask-fields.ts";
import { type Io, printNote, printResult } from "../../terminal/io.ts";
import { readBelow } from "../../spec/read-spec.ts";
import type { SpecDraft } from "../../spec/spec-draft.ts";
import { mayWrite, profileNames, writeProfile, writeSpec } from "../../spec/write-spec.ts";

/** `qizhi init`: asks for what a first spec needs, and writes it with comments. */
export const init: Run = async (input) => {
  const { args, options, io } = input;
  const [file = "job.yaml"] = args;
  const { t } = io;
  if (!(await mayWrite(file, options.flag("force"), io))) {
    printNote(io, t.write.left);
    return exitCode.ok;
  }
  const profile = options.text("profile");
  const isNew = profile !== undefined && !(await profileNames(io)).includes(profile);
  const filled = toDraft(await fillIn(input, isNew ? undefined : profile), io);
  const draft = isNew ? await splitOff(profile, filled, input) : filled;
  if (draft === undefined) {
    printNote(io, t.write.left);
    return exitCode.ok;
  }
  const { notes } = draft;
  const fields = { ...draft.fields, ...(profile !== undefined && { extends: profile }) };
  const frame = {
    header: [t.init.header],
    footer: "envs" in fields || profile !== undefined ? [] : t.init.footer.split("\n"),
  };
  writeSpec(file, { fields, notes }, frame, io);
  printSpecWarnings(await readJobSpec(file, await readBelow(options, io)), io);
  const typed = visibleText(quoteCommand(["qizhi", file])).slice("qizhi ".length);
  printNote(io, t.init.written(visibleText(file)));
  printNote(io, `  qizhi validate ${typed}\n  qizhi submit ${typed} --wait`);
  // For scripts; a person has just read the path.
  if (!io.stdout.isTTY) printResult(io, file);
  return exitCode.ok;
};

/** Writes a new profile from the answers; name, command and what looks like a secret are left for the spec. */
async function splitOff(
  profile: string,
  { fields, notes }: SpecDraft,
  { options, io }: CommandInput,
): Promise<SpecDraft | undefined> {
  const { name, command, ...kept } = fields;
  const own = await writeProfile(profile, { fields: kept, notes }, options.flag("force"), io);
  return own && { fields: { name, command, ...own }, notes };
}

/**
 * The spec's fields: from the command line, then from questions or, with `--yes`, from earlier specs. What
 * the defaults and the profile give is left to them.
 */
async function fillIn(input: CommandInput, profile: string | undefined): Promise<unknown> {
  const { options, io } = input;
  const below = { ...(await readBelow(options, io)), profile };
  const ids = below.ids();
  const { parsed } = await readSpecText({ name: "init", text: "{}" }, below);
  const name = options.text("name");
  const given = { set: options.list("set"), env: options.list("env"), ...(name && { name }) };
  const framework = !isGiven("framework", parsed.value) && { framework: "pytorch" };
  const start = { ...framework, framework_config: [{}] };
  const { value, problems } = applyOverrides(start, given);
  if (problems.length > 0) {
    throw new SpecError(
      problems.map(({ path, message, rule, params, label: override }) => {
        return { path, message, rule, params, override };
      }),
    );
  }
  const attempts = readEarlier(options, io);
  const open = askedFields.filter(
    (field) => !isGiven(field, value) && !isGiven(field, parsed.value),
  );
  const answers = await readAnswers(open, { attempts, ids }, input);
  const set = Object.entries(answers).map((pair) => pair.join("="));
  const filled = applyOverrides(value, { set }).value;
  const missing = open.filter((field) => valueOf(filled, field) === undefined);
  const needed = missing.filter((field) => field !== "max_running_time_ms");
  if (needed.length > 0) refuseGaps(needed, options.flag("yes"));
  // Wrong values of the command line are reported before anything is written.
  await checkFilled(filled, below);
  return withoutEmptyGroup(filled);
}

/** Checks the fields with what lies below them; they stand in no file yet, so that problems have no place. */
async function checkFilled(fields: unknown, below: ReadSpecOptions): Promise<void> {
  try {
    await readJobSpec({ name: "init", text: JSON.stringify(fields) }, below);
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    const issues = error.issues.map((issue) => {
      const { line: _line, column: _column, ...placeless } = issue;
      return issue.file === undefined ? placeless : issue;
    });
    throw new SpecError(issues);
  }
}

function withoutEmptyGroup(value: unknown): unknown {
  const { framework_config: groups, ...others } = Object(value);
  return Object.keys(Object(Object(groups)[0])).length === 0 ? others : value;
}

/** The answers of a person or, with `--yes`, those of before; none where there is nobody to ask. */
async function readAnswers(
  open: readonly AskedField[],
  { attempts, ids }: Omit<Offers, "answers">,
  { options, io }: CommandInput,
) {
  const answers: Partial<Record<AskedField, string>> = {};
  const isRemembering = options.flag("yes");
  if (!isRemembering && !canAsk(io)) return answers;
  const isFirst = open.length > 0 && attempts.length === 0 && ids.length === 0;
  if (!isRemembering && isFirst) printNote(io, io.t.init.cloneIsQuicker);
  for (const field of open) {
    const answer = isRemembering
      ? (earlierAnswers(field, attempts)[0]?.text ?? defaults[field])
      : await askField(field, { attempts, ids, answers }, io);
    if (answer !== undefined) answers[field] = answer;
  }
  return answers;
}

function refuseGaps(fields: readonly AskedField[], isRemembering: boolean): never {
  const [first = ""] = fields;
  const option = first.includes("[") ? `--set '${first}=…'` : `--set ${first}=…`;
  throw inputError(
    (t) => t.init.gaps(fields.join(t.comma)),
    ["init.gapsHint", option, isRemembering],
  );
}

/** The specs that were sent to this platform from here, oldest first. */
function readEarlier(options: CommandInput["options"], io: Io): Attempt[] {
  const platform = findPlatform(options, io);
  return openHistory(io)
    .read()
    .attempts.filter((attempt) => attempt.platform === platform);
}

function toDraft(value: unknown, { t }: Io): SpecDraft {
  const order = [
    "name",
    "framework",
    ...askedFields.flatMap((field) => [nameFor(field) ?? "", field.split("[")[0]!]),
  ];
  const late = (key: string) => (key === "framework_config" ? order.length : order.indexOf(key));
  const entries = Object.entries(Object(value)).toSorted(([a], [b]) => late(a) - late(b));
  const fields = Object.fromEntries(entries);
  const noted = askedFields.filter(
    (field) => valueOf(fields, field) !== undefined && field !== "name",
  );
  return { fields, notes: Object.fromEntries(noted.map((field) => [field, t.init.fields[field]])) };
}
