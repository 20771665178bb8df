import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { isQizhiError, SpecError, type SpecIssue } from "@qizhi/core";
import { looksSecret, maskSpec, type Secrets, visibleText } from "@qizhi/core/internal";
import { sayError } from "../errors/cli-error.ts";
import { exitCodeOf, toErrorJson } from "../errors/exit-code.ts";
import { en } from "../messages/en.ts";

/** A result: the document as structured content and as JSON text, and notes beside it. */
export function toResult(
  document: Readonly<Record<string, unknown>>,
  notes: readonly string[] = [],
): CallToolResult {
  const shown = toShown(document);
  const shownNotes = notes.map((text) => ({ type: "text" as const, text: toEscaped(text) }));
  return {
    content: [{ type: "text", text: JSON.stringify(shown) }, ...shownNotes],
    structuredContent: shown,
  };
}

/** An error as a result: `code`, `summary`, `hint` and what to do `next`. */
export function toErrorResult(error: unknown): CallToolResult {
  const facts = toErrorFacts(error);
  return { ...toResult({ error: facts }), isError: true };
}

/** An error as data, in English, with the exit code that the command would have had. */
export function toErrorFacts(error: unknown): Record<string, unknown> {
  if (!isQizhiError(error)) {
    // The text of an unforeseen error may hold anything.
    const name = error instanceof Error ? error.name : "unknown";
    return { code: "internal", summary: `qizhi itself failed (${name}).`, exit_code: 70 };
  }
  const { summary, hint } = sayError(error, en);
  const next = nextSteps[error.code];
  if (error instanceof SpecError && error.issues.some(isOfWholeText)) {
    return {
      code: error.code,
      summary: "This is no job spec: a spec is a mapping of fields.",
      exit_code: exitCodeOf(error),
    };
  }
  return { ...toErrorJson(error), summary, hint, ...(next && { next }) };
}

/** Whether a problem is about the whole text, and so may quote a file that is no spec. */
function isOfWholeText({ path, rule }: SpecIssue): boolean {
  return path.length === 0 && rule === "wrong_kind";
}

const nextSteps: Readonly<Record<string, string>> = {
  spec: "Correct the spec and call validate, then submit again.",
  auth: "Ask the user to run `qizhi login` in a terminal, then try again. Do not ask for the password.",
  connection: "Ask the user to check the network, or to run `qizhi doctor`.",
  submission_unknown:
    "Do not submit it again. Tell the user; call list with unresolved: true, and look on the page for the job.",
  job_ended: "It has ended; do not wait again. Tell the user to look at its page.",
  job_gone: "Do not submit it again by yourself. Tell the user to look at its page.",
  wait_timeout: "Call wait again.",
  wait_lost: "Call wait again later; the job goes on.",
};

/** A document with masked secrets and escaped texts. */
function toShown(document: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return withShownKeys(JSON.parse(JSON.stringify(document, toShownValue)));
}

function toShownValue(key: string, value: unknown): unknown {
  if (typeof value === "string") {
    if (key !== "command" && looksSecret(key, value)) return "***";
    const isProse = key === "message" || key === "summary";
    return toEscaped(isProse ? toShownWords(value) : toShownText(value));
  }
  if (typeof value !== "object" || value === null) return value;
  if ("rule" in value && value.rule === "wrong_kind" && "path" in value && isEmpty(value.path)) {
    return { ...value, message: "is no job spec: a spec is a mapping of fields", params: {} };
  }
  if ("path" in value && Array.isArray(value.path)) {
    const path: unknown[] = value.path;
    return {
      ...value,
      path: path.map((step) => (typeof step === "string" ? toShownWords(step) : step)),
    };
  }
  if ("name" in value && "value" in value) {
    const [name, text] = [String(value.name), String(value.value)];
    return looksSecret(name, text) ? { ...value, value: "***" } : value;
  }
  return value;
}

/** A document with `***` for each key that looks like a secret: a value may stand in the place of a key. */
function withShownKeys<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null) return value;
  const shown = Array.isArray(value)
    ? value.map(withShownKeys)
    : Object.fromEntries(
        Object.entries(value).map(([key, held]) => [toShownWords(key), withShownKeys(held)]),
      );
  // Only the keys differ.
  return shown as Value;
}

/** {@link toShownText}, and then each word by itself: a word before a secret, such as a field's name, may hide it. */
function toShownWords(text: string): string {
  return toShownText(text).replaceAll(/[^\s@]+/g, (word) => toShownText(word));
}

/** A text with masked secrets, as in a command. */
function toShownText(text: string): string {
  return maskSpec({ command: text }).shown.command;
}

function isEmpty(path: unknown): boolean {
  return path === "" || (Array.isArray(path) && path.length === 0);
}

// A terminal that shows the agent's log obeys control characters; commands need line ends and tabs.
function toEscaped(text: string): string {
  return text.replaceAll(/[^\n\t]+/g, visibleText);
}

/** A result without any known secret, whatever a file or the platform holds of it. */
export function withoutSecrets(result: CallToolResult, secrets: Secrets): CallToolResult {
  const [, ...notes] = result.content;
  // Errors and structured content are texts too.
  const shown = Object(secrets.hideDeep(result.structuredContent, () => false));
  const shownNotes = notes.flatMap((note) =>
    note.type === "text" ? [{ type: note.type, text: secrets.hide(note.text) }] : [],
  );
  const text = JSON.stringify(shown);
  return { ...result, content: [{ type: "text", text }, ...shownNotes], structuredContent: shown };
}

/** A result about jobs, or sweeps, whose documents may stand beside; an error where each of them has one. */
export function toJobsResult(
  document: { readonly jobs: readonly unknown[] },
  notes: readonly string[] = [],
): CallToolResult {
  const { jobs } = document;
  const own = jobs.filter((job) => Object.hasOwn(Object(job), "job_id"));
  const told = own.length > 0 ? own : jobs;
  const isError = told.length > 0 && told.every((job) => Object.hasOwn(Object(job), "error"));
  const result = toResult({ ...document, jobs: toCompactJobs(jobs) }, notes);
  return { ...result, ...(isError && { isError }) };
}

// Up to so many jobs have every field of the platform.
const mostWhole = 3;

/** Jobs in a size that an agent can read: of many only the report, and the platform's message. */
function toCompactJobs(jobs: readonly unknown[]): unknown[] {
  if (jobs.length <= mostWhole) return [...jobs];
  return jobs.map((each) => {
    if (typeof each !== "object" || each === null || !("job" in each)) return each;
    const { job, failed_node: _failed, ...report }: Record<string, unknown> = { ...each };
    const hasMessage = typeof job === "object" && job !== null && "sub_msg" in job;
    return hasMessage ? { ...report, message: job.sub_msg } : report;
  });
}
