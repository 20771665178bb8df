import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { attempt } from "../runner/state.ts";
import { readName } from "./ledger-name.ts";

/** Whether a job of this step is one that another attempt of the workflow run follows by now. */
export type IsFollowedElsewhere = (jobId: string) => boolean;

/**
 * Looks for the ledger into which a later attempt of the workflow run has taken over this one: it renames the file,
 * which holds the id that stands in its first name. One that is gone without a trace tells of nobody: a job that is to
 * be stopped is not left for a disk that cannot be read.
 */
export function findFollowed(file: string): IsFollowedElsewhere {
  const [folder, own] = [dirname(file), basename(file)];
  const { stem, id } = readName(own);
  if (stem === undefined || id === undefined) return () => false;
  const read = (name: string) => attempt(() => readFileSync(join(folder, name), "utf8")) ?? "";
  if (read(own).includes(id)) return () => false;
  const names = attempt(() => readdirSync(folder)) ?? [];
  const others = names.filter((name) => name !== own && name.startsWith(`${stem}-`));
  const text = others.map(read).find((each) => each.includes(id));
  // A create that was under way then has made a job of which the other attempt knows nothing.
  return (jobId) => text?.includes(jobId) ?? false;
}
