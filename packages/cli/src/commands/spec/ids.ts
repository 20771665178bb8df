import { SpecError } from "@qizhi/core";
import type { IdKind, KnownId } from "@qizhi/core/journal";
import { excerpt, nameOfId, readIdsFile, sayIssue, visibleText } from "@qizhi/core/internal";
import { describeId, openKnownIds, platformOf } from "../../access/known-ids.ts";
import type { CommandInput, Run } from "../../context/command.ts";
import { inputError } from "../../errors/cli-error.ts";
import { exitCode } from "../../errors/exit-code.ts";
import { findDefaults, findKnownIds, readSource } from "../../spec/read-spec.ts";
import { mayWrite, writeShared } from "../../spec/write-spec.ts";
import { type Io, printJson, printNote, printResult } from "../../terminal/io.ts";
import { columnsOf } from "../../terminal/streams.ts";
import { type Column, drawTable } from "../../text/table.ts";
import { escapeUnsafe } from "../../text/unsafe-text.ts";

const kinds = ["workspace", "project", "group", "node"] as const;
const idForm = /^(?:(ws|project|lcg)-)?[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
// The others take as many as the command line may have.
const mostWords: Readonly<Record<string, number>> = { list: 0, export: 1, import: 1 };

/** `qizhi ids`: the names that stand for ids in a spec, and what is known of each. */
export const ids: Run = async (input) => {
  const { args, options } = input;
  const [action = "list", ...words] = args;
  options.checkTerms(action);
  if (words.length > (mostWords[action] ?? Infinity)) {
    const last = visibleText(words.at(-1) ?? "");
    throw inputError(["takesNotThat", `ids ${action}`, last], ["seeHelp", "ids"]);
  }
  if (action === "list") return list(input);
  if (action === "add") return add(words, input);
  if (action === "forget") return forget(words, input);
  if (action === "export") return exportIds(words[0], input);
  if (action === "import") return importIds(words[0], input);
  throw inputError(["ids.action", visibleText(action)]);
};

async function list({ options, io }: CommandInput): Promise<number> {
  const { t } = io;
  const known = findKnownIds(await findDefaults(io), options, io);
  const sorted = kinds.flatMap((kind) => known.filter((each) => each.kind === kind));
  if (options.flag("json")) {
    printJson(io, sorted.map(toJson));
  } else if (sorted.length === 0) {
    printNote(io, t.ids.none);
  } else {
    const { labels } = t.ids;
    const columns: Column<KnownId>[] = [
      { title: labels.kind, cell: ({ kind }) => t.ids.kinds[kind] },
      { title: labels.name, cell: (each) => excerpt(nameOfId(each) ?? "", 60) },
      { title: labels.id, cell: ({ id }) => visibleText(id), drop: 1 },
      { title: labels.facts, cell: (each) => describeId(each, known, t), least: 8 },
    ];
    printResult(io, drawTable(sorted, columns, columnsOf(io.stdout)).join("\n"));
  }
  return exitCode.ok;
}

function toJson(known: KnownId): Record<string, unknown> {
  return {
    kind: known.kind,
    id: known.id,
    name: nameOfId(known) ?? null,
    names: known.names ?? [],
    workspace: known.workspace,
    group: known.group,
    gpus: known.gpus,
    gpu_type: known.gpuType,
    cpus: known.cpus,
    memory_gib: known.memoryGib,
    price_per_node_hour: known.pricePerHour,
    seen_on: known.seenOn,
    refused_on: known.refusedOn || undefined,
  };
}

function add([id = "", name = ""]: readonly string[], { options, io }: CommandInput): number {
  if (id === "" || name === "") throw inputError(["ids.needs", "add", "<id> <name>"]);
  if (idForm.test(name)) throw inputError("ids.nameIsId");
  const platform = platformOf(options, io);
  const entry: KnownId = { kind: kindOf(id), id, given: name };
  const store = openKnownIds(io);
  // A node has an entry for each group.
  const same = store.list(platform).filter((each) => each.id === id);
  store.add(platform, same.length === 0 ? [entry] : same.map((each) => ({ ...each, ...entry })));
  printNote(io, io.t.ids.added(visibleText(name), visibleText(id)));
  return exitCode.ok;
}

function kindOf(id: string): IdKind {
  const match = idForm.exec(id);
  if (match === null) throw inputError(["ids.notAnId", visibleText(id)]);
  const prefix = match[1]?.toLowerCase();
  if (prefix === undefined) return "node";
  return prefix === "ws" ? "workspace" : prefix === "lcg" ? "group" : "project";
}

function forget(words: readonly string[], { options, io }: CommandInput): number {
  if (words.length === 0) throw inputError(["ids.needs", "forget", "<id-or-name>"]);
  const platform = platformOf(options, io);
  const store = openKnownIds(io);
  const known = store.list(platform);
  const meant = words.flatMap((word) => {
    const found = known.filter((each) => each.id === word || nameOfId(each) === word);
    if (found.length === 0) throw inputError(["ids.unknown", visibleText(word)]);
    return found.map(({ id }) => id);
  });
  printNote(io, io.t.ids.forgotten(store.forget(platform, meant)));
  return exitCode.ok;
}

async function exportIds(file: string | undefined, { options, io }: CommandInput): Promise<number> {
  const platform = platformOf(options, io);
  const known = findKnownIds(await findDefaults(io), options, io);
  const text = JSON.stringify({ v: 1, platforms: { [platform]: known } }, undefined, 1);
  if (file === undefined || file === "-") {
    printResult(io, escapeUnsafe(text));
    return exitCode.ok;
  }
  if (!(await mayWrite(file, options.flag("force"), io))) return exitCode.ok;
  writeShared(file, `${text}\n`);
  printNote(io, io.t.ids.exported(known.length, visibleText(file)));
  return exitCode.ok;
}

async function importIds(file: string | undefined, { io }: CommandInput): Promise<number> {
  if (file === undefined) throw inputError(["ids.needs", "import", "<file>"]);
  const platforms = Object.entries(readIdsFile(await readText(file, io)));
  if (platforms.length === 0) throw inputError(["ids.wrongFile", visibleText(file)]);
  const store = openKnownIds(io);
  for (const [platform, found] of platforms) {
    // What was seen here counts more.
    store.add(platform, [...found, ...store.list(platform)]);
  }
  printNote(io, io.t.ids.imported(platforms.flatMap(([, found]) => found).length));
  return exitCode.ok;
}

/** The text of a file of ids, empty for what can be none. @throws {InputError} it cannot be read. */
async function readText(file: string, io: Io): Promise<string> {
  try {
    return (await readSource(file, io)).text;
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    const issue = error.issues.find(({ rule }) => rule === "file_unreadable");
    if (issue !== undefined) throw inputError((t) => sayIssue(issue, file, t.errors));
    return "";
  }
}
