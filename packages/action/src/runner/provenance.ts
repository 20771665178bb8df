import { readFileSync } from "node:fs";
import { tryQuietly } from "./state.ts";
import { toCodeSpan, toLink } from "./text.ts";

/** Reads which workflow run this is, with the page of its attempt; `undefined` outside of one. */
export function readProvenance() {
  const { env } = process;
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_SHA: commit } = env;
  const { GITHUB_RUN_ID: run, GITHUB_RUN_ATTEMPT: attempt = "1" } = env;
  if (!server || !repository || !commit || !run) return undefined;
  const url = `${server}/${repository}/actions/runs/${run}/attempts/${attempt}`;
  return { url, repository, commit, attempt };
}

interface Variables {
  envs?: { name: string; value: string }[] | undefined;
}

/** A spec whose job is told which workflow run made it; variables that it has already stay as they are. */
export function withProvenance<Spec extends Variables>(
  spec: Spec,
  provenance: ReturnType<typeof readProvenance>,
): Spec {
  if (provenance === undefined) return spec;
  const { url, repository, commit, attempt } = provenance;
  const told = [
    { name: "CI_RUN_URL", value: url },
    { name: "CI_REPOSITORY", value: repository },
    { name: "CI_COMMIT", value: commit },
    { name: "CI_RUN_ATTEMPT", value: attempt },
  ];
  const given = spec.envs ?? [];
  const added = told.filter(({ name }) => given.every((each) => each.name !== name));
  return { ...spec, envs: [...given, ...added] };
}

/** The version of this action, and the tag or commit that the workflow names: `1.2.0 (v1)`. */
export function readVersion(): string {
  const ref = process.env["GITHUB_ACTION_REF"];
  // Beside dist. It is not in the bundle, which a release must not change.
  const file = new URL("../package.json", import.meta.url);
  const version = tryQuietly(() => String(JSON.parse(readFileSync(file, "utf8")).version));
  return `${version ?? "of unknown version"}${ref ? ` (${ref})` : ""}`;
}

/** Who has made a report: the workflow run and this action, as plain data. */
export function toOrigin(): Record<string, unknown> {
  return { workflow_run: readProvenance(), action_version: readVersion() };
}

/** The workflow run, for a summary. */
export function sayOrigin(): string | undefined {
  const provenance = readProvenance();
  if (provenance === undefined) return undefined;
  const { url, repository, attempt, commit } = provenance;
  const name = toLink(toCodeSpan(repository), url);
  return `${name}, attempt ${toCodeSpan(attempt)}, commit ${toCodeSpan(commit.slice(0, 12))}`;
}
