import { toCodeSpan, toLink } from "../runner/text.ts";
import { readProvenance, readVersion } from "../runner/provenance.ts";

/** Who has made a report: the workflow run and this action, as plain data. */
export function toOrigin(): Record<string, unknown> {
  const { env } = process;
  return { workflow_run: readProvenance(env), action_version: readVersion(env) };
}

/** The workflow run, for a summary. */
export function sayOrigin(): string | undefined {
  const provenance = readProvenance(process.env);
  if (provenance === undefined) return undefined;
  const { url, repository, attempt, commit } = provenance;
  const name = toLink(toCodeSpan(repository), url);
  return `${name}, attempt ${toCodeSpan(attempt)}, commit ${toCodeSpan(commit.slice(0, 12))}`;
}
