import { existsSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { type SpecIssue } from "@qizhi/core";
import type { Place, Remark } from "../runner/log.ts";
import { tryQuietly } from "../runner/state.ts";
import { excerpt, formatSpecIssue } from "@qizhi/core/internal";

/** What the text of `spec-inline` is called. */
export const inlineName = "spec-inline";

/** A problem or warning of a spec with its place; of a file that is not there, with the usual reason. */
export function toRemark(issue: SpecIssue, file: string | undefined): Remark {
  const text = `${formatSpecIssue(issue, file)}${explainMissing(issue, file ?? "")}`;
  return { text, place: toPlace(issue, file) };
}

/** A file that is not there mostly has a back slash in its path, or was never checked out. */
function explainMissing({ rule, params }: SpecIssue, file: string): string {
  if (rule !== "file_unreadable" || Object(params).reason !== "ENOENT") return "";
  if (file.includes("\\"))
    return `; write / in place of \\: ${excerpt(file.replaceAll("\\", "/"))}`;
  const isCheckedOut = existsSync(join(workspace(), ".git"));
  return isCheckedOut ? "" : "; is there a step with actions/checkout before this one?";
}

function toPlace({ line, column }: SpecIssue, file: string | undefined): Place | undefined {
  if (line === undefined || file === undefined || file === inlineName) return undefined;
  const path = relative(workspace(), resolve(file)).replaceAll("\\", "/");
  return path === "" || path.startsWith("..") ? undefined : { file: path, line, column };
}

function workspace(): string {
  return process.env["GITHUB_WORKSPACE"] ?? ".";
}

/** Why there is no login: a pull request from a fork, or one of Dependabot, gets no secrets. */
export function explainNoLogin(): string {
  const { pull_request: pull } = readEvent();
  const { head, base } = Object(pull);
  const from = Object(head).repo?.full_name;
  if (pull !== undefined && from !== Object(base).repo?.full_name) {
    return "a pull request from a fork gets no secrets: let a maintainer start such a run by hand";
  }
  if (process.env["GITHUB_ACTOR"] === "dependabot[bot]") {
    return "a run of Dependabot gets no secrets of Actions, only its own";
  }
  return "is the secret set for this run?";
}

function readEvent(): Record<string, unknown> {
  const path = process.env["GITHUB_EVENT_PATH"] ?? "";
  return Object(tryQuietly(() => JSON.parse(readFileSync(path, "utf8"))));
}
